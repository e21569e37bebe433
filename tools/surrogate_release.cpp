#include "tools/surrogate_release.h"

#include <fmt/core.h>

#include "base/atomic_file.h"
#include "base/atomic_folder.h"
#include "base/json_line.h"
#include "data/files/csv.h"
#include "methods/surrogate/finding_reader.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

constexpr unsigned owner_only = 0600;

/// By a classifier, film by film.
std::vector<EncodedFilm> read_from_films(const std::vector<FoundFile>& files, const FindingReader& reader,
                                         const Surrogate& surrogate, bool json) {
  std::vector<EncodedFilm> cells;
  Progress progress("surrogate", std::int64_t(files.size()), Progress::fitting(json));
  for (const FoundFile& file : files) {
    const std::string name = file.path.filename().string();
    const FilmSet film({name}, {read_image(file.path)}, 64);
    cells.push_back({name, surrogate.finding_cells().cell_of(reader.read(film).front())});
    progress.update(std::int64_t(cells.size()));
  }
  return cells;
}

std::vector<EncodedFilm> encoded(const std::vector<std::string>& films, const LabelTable& labels,
                                 const Surrogate& surrogate) {
  labels.require_all(films);
  std::vector<EncodedFilm> cells;
  for (const auto& film : films) cells.push_back({film, surrogate.encode(labels.of(film))});
  return cells;
}

}  // namespace

std::vector<EncodedFilm> encode_films(const FindingSource& source, const std::vector<std::string>& inputs,
                                      const Surrogate& surrogate, bool json) {
  if (source.table.empty() == source.classifier.empty())
    throw UsageError("[surrogate] one of --labels and --classifier is needed: where findings are known from");
  const auto files = find_files(inputs, has_image_name);
  if (files.empty() && (!inputs.empty() || source.table.empty()))
    throw UsageError("[surrogate] the inputs have no PNG or JPEG files");
  if (source.table.empty())
    return read_from_films(files, FindingReader(source.classifier, surrogate.pool()), surrogate, json);
  const LabelTable labels(source.table);
  std::vector<std::string> names;
  if (inputs.empty())
    for (const auto& [name, film] : labels.films()) names.push_back(name);
  for (const FoundFile& file : files) names.push_back(file.path.filename().string());
  return encoded(names, labels, surrogate);
}

void render_films(std::vector<EncodedFilm> films, const Surrogate& surrogate, ReleaseKey key,
                  const fs::path& output, const fs::path& record, bool json) {
  for (const fs::path& file : {output, record})
    if (fs::exists(file))
      throw UsageError(fmt::format("[surrogate] {} exists. Choose another name", file.string()));
  Random order(random_number());
  shuffle(films, order);
  AtomicFolder released(output);
  fs::create_directory(released.place() / "images");
  std::string labels = "image,findings\n", who = "film,cell,number,release\n";
  Progress progress("surrogate", std::int64_t(films.size()), Progress::fitting(json));
  std::int64_t done = 0;
  for (const EncodedFilm& film : films) {
    const std::string name = fmt::format("{:016x}.png", random_number());
    const std::uint64_t number = random_number();
    const fs::path path = released.place() / "images" / name;
    require(!fs::exists(path), "surrogate", "two releases got the name {}", name);
    write_png(path, surrogate.render(film.cell, number, key));
    labels += fmt::format("{},{}\n", name,
                          finding_text(labels_with(surrogate.finding_cells().findings(film.cell))));
    who += fmt::format("{},{},{:016x},{}\n", csv_field(film.film), film.cell, number, name);
    progress.update(++done);
  }
  progress.clear();
  const ReleaseGuarantee guarantee = guarantee_of(films, surrogate.cells());
  write_file(released.place() / "labels.csv", labels);
  write_file(released.place() / "release.json",
             nlohmann::ordered_json{{"method", surrogate.describe()},
                                    {"films", films.size()},
                                    {"pool_sha256", surrogate.pool().sha256()},
                                    {"license", surrogate.pool().license()},
                                    {"consent", surrogate.pool().consent()},
                                    {"cells", guarantee.cells()}}
                     .dump(1) +
                 "\n");
  AtomicFile record_file(record, owner_only);
  record_file.write(who);
  record_file.commit_new();
  released.commit();
  if (json)
    print_json_line({{"films", films.size()}, {"cells", guarantee.cells()}, {"guarantee", guarantee.text()}});
  else
    fmt::print("{} films in {} ({})\nWho is who stands in {}: keep it to yourself.\n{}\n", films.size(),
               output.string(), surrogate.describe(), record.string(), guarantee.text());
}

}  // namespace scrim
