// scrim surrogate: other people's films with the same findings instead of the patients'.
#include <fmt/core.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "base/json_line.h"
#include "tools/surrogate_release.h"

namespace scrim {
namespace {

constexpr std::size_t largest_table = 256 << 20;

/// How many of the films with a finding keep it.
std::string kept_findings(const std::vector<EncodedFilm>& films, const LabelTable& labels,
                          const Surrogate& surrogate) {
  std::string text;
  for (std::size_t finding = 0; finding < finding_names.size(); ++finding) {
    std::int64_t with = 0, kept = 0, added = 0;
    for (const EncodedFilm& film : films) {
      const bool before = labels.of(film.film).findings[finding];
      const bool after = surrogate.finding_cells().findings(film.cell)[finding];
      with += before;
      kept += before && after;
      added += !before && after;
    }
    if (with + added > 0)
      text += fmt::format("  {:<20} {:>5} films, kept in {}, added in {}\n", finding_names[finding], with,
                          kept, added);
  }
  return text;
}

struct Settings {
  SurrogateSettings surrogate;
  std::vector<std::string> inputs;
  FindingSource findings;
  std::string cells, key, output, record;
};

Surrogate checked(const Settings& s) {
  check(s.surrogate, "release");
  return Surrogate(s.surrogate);
}

void encode(const Settings& s, bool json) {
  const Surrogate surrogate = checked(s);
  const auto films = encode_films(s.findings, s.inputs, surrogate, json);
  write_file(s.output, table_of(films), 0600);
  const ReleaseGuarantee guarantee = guarantee_of(films, surrogate.cells());
  if (json)
    return print_json_line({{"films", films.size()},
                            {"cells", guarantee.cells()},
                            {"films_by_cell", guarantee.films()},
                            {"guarantee", guarantee.text()}});
  fmt::print(
      "{} films in {} of {} cells\n", films.size(),
      std::count_if(guarantee.films().begin(), guarantee.films().end(), [](std::int64_t n) { return n > 0; }),
      guarantee.cells());
  if (!s.findings.table.empty())
    fmt::print("{}", kept_findings(films, LabelTable(s.findings.table), surrogate));
  fmt::print("{}\n", guarantee.text());
}

void render(const Settings& s, bool json) {
  const Surrogate surrogate = checked(s);
  const SecretBytes key = read_release_key(s.key);
  render_films(parse_encoded_films(read_file(s.cells, largest_table), surrogate.cells(), s.cells), surrogate,
               {key.data(), key.size()}, s.output, s.record, json);
}

void add_pool_options(CLI::App& verb, Settings& s) {
  verb.add_option("--pool", s.surrogate.pool, "donors: a folder that scrim pool wrote")->required();
  verb.add_option("--most-cells", s.surrogate.cells.most_cells,
                  "sets of findings that are told apart, the most frequent ones; 0 = all")
      ->capture_default_str();
  verb.add_option("--least-donors", s.surrogate.cells.least_donors, "donors (patients) of each set")
      ->capture_default_str();
  verb.add_option("--least-share", s.surrogate.cells.least_share, "share of the pool's films in each set")
      ->capture_default_str();
}

void add_render_options(CLI::App& verb, Settings& s) {
  verb.add_option("--key", s.key, "secret key, from scrim surrogate key")->required();
  verb.add_option("-o,--output", s.output, "new folder: images/, labels.csv, release.json")->required();
  verb.add_option("--record", s.record,
                  "new file that says which release belongs to which film. Keep it secret")
      ->required();
}

}  // namespace

void add_surrogate(CLI::App& app, const Common& common, Outcome&) {
  auto* verb = app.add_subcommand("surrogate", "release other people's films with the same findings");
  verb->require_subcommand(1);
  verb->footer(
      R"(A surrogate is another person's film with the same listed findings. It is for research on these findings only, never for diagnosis, follow-up or measurement.

Example:
  scrim surrogate key hospital.key
  scrim surrogate encode --labels labels.csv --pool donors -o cells.csv
  scrim surrogate render cells.csv --pool donors --key hospital.key -o released --record who_is_who.csv)");
  const auto settings = std::make_shared<Settings>();
  Settings& s = *settings;

  auto* key = verb->add_subcommand("key", "make a secret key");
  key->add_option("file", s.output, "new file, readable by you alone")->required();
  key->callback([settings] {
    write_release_key(settings->output);
    fmt::print("{}: keep it to yourself\n", settings->output);
  });

  auto* to_cells = verb->add_subcommand("encode", "findings to cells: all that a release keeps of a film");
  to_cells->add_option("inputs", s.inputs, "films or folders; none = all films of the table");
  to_cells->add_option("--labels", s.findings.table, "table of the films' findings");
  to_cells->add_option("--classifier", s.findings.classifier,
                       "weights of train_classifier that read findings from films without labels");
  add_pool_options(*to_cells, s);
  to_cells->add_option("-o,--output", s.output, "table of films and cells. Keep it secret")->required();
  to_cells->callback([settings, &common] { encode(*settings, common.json); });

  auto* to_films = verb->add_subcommand("render", "cells to donors' films");
  to_films->add_option("cells", s.cells, "table from scrim surrogate encode")->required();
  add_pool_options(*to_films, s);
  add_render_options(*to_films, s);
  to_films->callback([settings, &common] { render(*settings, common.json); });
}

}  // namespace scrim
