#include "films/donor_pool.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/atomic_file.h"
#include "base/atomic_folder.h"
#include "base/config/config_checks.h"
#include "base/file_hash.h"
#include "base/problem_list.h"
#include "data/files/csv.h"
#include "films/film_set.h"
#include "tensor/parallel.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* format = "scrim donor pool 1";
constexpr std::size_t largest_table = 256 << 20, largest_film = 512 << 20;
constexpr const char* labels_header = "image,findings,patient,view,sex,age,source,original\n";

/// Films with what is known of them.
struct Films {
  explicit Films(const FilmSource& f)
      : films(f.images, film_names(f.images, f.list), {.image_size = 64}),
        labels(f.labels.empty() ? std::nullopt : std::optional<LabelTable>(f.labels)) {
    if (labels) labels->require_all(films.names());
  }
  std::string patient(std::int64_t i) const {
    return labels ? labels->patient_of(films.name(i)) : patient_of_name(films.name(i));
  }

  FilmSet films;
  std::optional<LabelTable> labels;
};

void require_no_twins(const FilmSet& donors, ProblemList& problems) {
  for (const NearDuplicate& twin : near_duplicates(donors.thumbnails()))
    problems.add(fmt::format("{} looks like {}: a donor may stand once",
                             donors.name(std::int64_t(twin.second)), donors.name(std::int64_t(twin.first))));
}

void require_apart_from(const Films& donors, const Films& others, ProblemList& problems) {
  std::set<std::string> patients;
  for (std::int64_t i = 0; i < others.films.count(); ++i) patients.insert(others.patient(i));
  patients.erase("");
  for (std::int64_t i = 0; i < donors.films.count(); ++i)
    if (patients.contains(donors.patient(i)))
      problems.add(fmt::format("{} is of a patient who must not be a donor", donors.films.name(i)));
  for (const NearDuplicate& twin : near_duplicates(donors.films.thumbnails(), others.films.thumbnails()))
    problems.add(fmt::format("{} looks like a film that must not be shown",
                             donors.films.name(std::int64_t(twin.first))));
}

std::string label_line(const std::string& name, const FilmLabels& l, const std::string& patient,
                       const std::string& source, const std::string& original) {
  return fmt::format("{},{},{},{},{},{},{},{}\n", name, finding_text(l), csv_field(patient),
                     csv_field(l.view), csv_field(l.sex),
                     l.age_years ? fmt::format("{:g}", *l.age_years) : "", csv_field(source),
                     csv_field(original));
}

/// The donors' pixels at one depth as PNG, in the order of their SHA-256.
struct EncodedDonor {
  std::int64_t index;
  std::string sha256, png;
};
std::vector<EncodedDonor> encoded(const FilmSet& films) {
  std::vector<int> bits(std::size_t(films.count()));
  parallel_for(films.count(), 1,
               [&](std::int64_t i, std::int64_t) { bits[std::size_t(i)] = films.image(i).bits; });
  const int depth = *std::min_element(bits.begin(), bits.end());
  std::vector<EncodedDonor> donors(std::size_t(films.count()));
  parallel_for(films.count(), 1, [&](std::int64_t i, std::int64_t) {
    GrayImage film = films.image(i);
    if (film.bits != depth) film = image_from_tensor(tensor_from_image(film), depth);
    std::string png = encode_png(film);
    std::string hash = sha256(png);
    donors[std::size_t(i)] = {i, std::move(hash), std::move(png)};
  });
  std::sort(donors.begin(), donors.end(), [](const auto& a, const auto& b) { return a.sha256 < b.sha256; });
  return donors;
}

}  // namespace

std::int64_t write_donor_pool(const fs::path& folder, const DonorPoolSource& source,
                              const std::function<void(std::int64_t)>& progress) {
  check_given("labels", source.films.labels, "a table of the donors' findings");
  check_given("source", source.source, "where the films are from");
  check_given("license", source.license, "the license under which the films may be shown again");
  check_given("consent", source.consent, "on what ground the films may be shown again");
  if (fs::exists(folder))
    throw UsageError(fmt::format("[pool] {} exists. Choose another folder", folder.string()));
  const Films donors(source.films);
  ProblemList problems("pool");
  require_no_twins(donors.films, problems);
  for (const FilmSource& others : source.apart) require_apart_from(donors, Films(others), problems);
  problems.throw_if_any();

  AtomicFolder made(folder);
  fs::create_directory(made.place() / "films");
  std::string table(labels_header);
  Json hashes = Json::object();
  std::int64_t number = 0;
  for (const EncodedDonor& donor : encoded(donors.films)) {
    const std::string name = fmt::format("donor_{:06}.png", ++number),
                      original = donors.films.name(donor.index);
    const FilmLabels& labels = donors.labels->of(original);
    write_file(made.place() / "films" / name, donor.png);
    table += label_line(name, labels, donors.patient(donor.index),
                        labels.source.empty() ? source.source : labels.source, original);
    hashes[name] = donor.sha256;
    progress(number);
  }
  write_file(made.place() / "labels.csv", table);
  write_file(made.place() / "pool.json", Json{{"format", format},
                                              {"source", source.source},
                                              {"license", source.license},
                                              {"consent", source.consent},
                                              {"labels_sha256", sha256(table)},
                                              {"films_sha256", hashes}}
                                                 .dump(1) +
                                             "\n");
  made.commit();
  return number;
}

DonorPoolFile parse_donor_pool_file(std::string_view text, const std::string& name) {
  const auto json = Json::parse(text, nullptr, false);
  require(json.is_object(), name, "is no JSON object");
  const auto text_of = [&](const char* key) {
    const auto entry = json.find(key);
    require(entry != json.end() && entry->is_string(), name, "has no text \"{}\"", key);
    return entry->get<std::string>();
  };
  require(text_of("format") == format, name, "has the format \"{}\", expected \"{}\"", text_of("format"),
          format);
  DonorPoolFile file{text_of("source"), text_of("license"), text_of("consent"), text_of("labels_sha256"), {}};
  const auto films = json.find("films_sha256");
  require(films != json.end() && films->is_object() && !films->empty(), name, "has no list \"films_sha256\"");
  for (const auto& [film, hash] : films->items()) {
    require(hash.is_string(), name, "has no hash of {}", film);
    require(!film.empty() && film.find('/') == std::string::npos && film != "." && film != "..", name,
            "names the film \"{}\", expected a name without a folder", film);
    file.films.emplace_back(film, hash.get<std::string>());
  }
  return file;
}

DonorPool::DonorPool(fs::path folder) : folder_(std::move(folder)) {
  const std::string text = read_file(folder_ / "pool.json", largest_table);
  const DonorPoolFile file = parse_donor_pool_file(text, (folder_ / "pool.json").string());
  source_ = file.source;
  license_ = file.license;
  consent_ = file.consent;
  sha256_ = scrim::sha256(text);
  const std::string table = read_file(folder_ / "labels.csv", largest_table);
  require(scrim::sha256(table) == file.labels_sha256, "pool", "{} is not what pool.json says: it was changed",
          (folder_ / "labels.csv").string());
  const LabelTable labels(table, (folder_ / "labels.csv").string());
  ProblemList problems("pool");
  std::vector<std::string> faults(file.films.size());
  parallel_for(std::int64_t(file.films.size()), 1, [&](std::int64_t i, std::int64_t) {
    const auto& [name, hash] = file.films[std::size_t(i)];
    if (!fs::is_regular_file(images() / name))
      faults[std::size_t(i)] = fmt::format("{} is missing", name);
    else if (scrim::sha256(read_file(images() / name, largest_film)) != hash)
      faults[std::size_t(i)] = fmt::format("{} is not what pool.json says: it was changed", name);
  });
  for (const auto& fault : faults)
    if (!fault.empty()) problems.add(fault);
  for (const auto& [name, hash] : file.films) {
    if (!labels.contains(name)) problems.add(fmt::format("labels.csv has no line for {}", name));
    names_.push_back(name);
  }
  problems.throw_if_any();
  for (const auto& name : names_) {
    number_of_[name] = labels_.size();
    labels_.push_back(labels.of(name));
  }
}

const FilmLabels& DonorPool::labels(std::int64_t donor) const {
  return labels_[std::size_t(donor)];
}

std::string DonorPool::patient_of(const std::string& name) const {
  const auto found = number_of_.find(name);
  return found == number_of_.end() ? "" : labels_[found->second].patient;
}

GrayImage DonorPool::film(std::int64_t donor) const {
  require(donor >= 0 && donor < count(), "pool", "there is no donor {}; the pool has {}", donor, count());
  return read_image(images() / names_[std::size_t(donor)]);
}

}  // namespace scrim
