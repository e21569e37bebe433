// Splits without a common patient, and pairs, for films that come with a table of labels.
#include <fmt/core.h>

#include "base/error.h"
#include "base/json_line.h"
#include "data/files/cohort.h"
#include "data/files/film_labels.h"
#include "tools/command.h"

namespace scrim {
namespace {

struct Settings {
  std::string labels, output;
  std::uint64_t seed = 1;
  bool published = false;
};

/// PRIMIS's split of a list of films, into lists beside each other.
void split_as_published(const Settings& s, bool json) {
  const std::vector<std::string> films = read_list(s.labels);
  require(!films.empty(), s.labels, "names no film");
  const Splits splits = split_by_film(films, s.seed);
  write_lists(s.output, splits);
  say("note: this split is by film. A patient can be in train and test, which makes results look better than "
      "they are\n");
  if (json)
    print_json_line(
        {{"train", splits.train.size()}, {"valid", splits.valid.size()}, {"test", splits.test.size()}});
  else
    fmt::print("{} films in {}: {} train, {} valid, {} test\n", films.size(), s.output, splits.train.size(),
               splits.valid.size(), splits.test.size());
}

void split(const Settings& s, bool json) {
  if (s.published) return split_as_published(s, json);
  FilmsByPatient films;
  std::size_t count = 0;
  const LabelTable table(s.labels);
  for (const auto& [name, labels] : table.films()) {
    const std::string patient = table.patient_of(name);
    require(!patient.empty(), s.labels, "does not say the patient of {}", name);
    films[patient].push_back(name);
    ++count;
  }
  for (const char* part : {"splits", "pairs"})
    if (std::filesystem::exists(std::filesystem::path(s.output) / part))
      throw UsageError(fmt::format("[split] {} already has {}. Choose another folder", s.output, part));
  write_splits(s.output, films, s.seed);
  if (json)
    print_json_line({{"films", count}, {"patients", films.size()}});
  else
    fmt::print("{} films of {} patients in {}: splits and pairs\n", count, films.size(), s.output);
}

}  // namespace

void add_split(CLI::App& app, const Common& common, Outcome&) {
  auto* verb = app.add_subcommand("split", "divide films by patient into train, valid and test; write pairs");
  auto settings = std::make_shared<Settings>();
  verb->add_option("labels", settings->labels,
                   "label table: NIH's Data_Entry_2017*.csv, or columns image,findings,patient. With "
                   "--published: a list "
                   "with one film name per line")
      ->required();
  verb->add_option("-o,--output", settings->output,
                   "folder for splits/ and pairs/, or for the lists of --published")
      ->required();
  verb->add_option("--seed", settings->seed, "the same seed gives the same files");
  verb->add_flag("--published", settings->published, "divide by film, as PRIMIS does");
  verb->footer(
      R"(Of the patients, 70 % go to train, 10 % to valid and 20 % to test. No patient is in two parts. Each part gets pairs of films of one patient, at most 10 per patient. It gets as many pairs of two patients, and each film is in both kinds equally often.

--published divides by film: 90 % to train.txt, 5 % to valid.txt, 5 % to test.txt. One patient can then be in several parts.

Example:
  scrim split Data_Entry_2017_v2020.csv -o nih --seed 1
  scrim split splits/all.txt -o splits --published)");
  verb->callback([settings, &common] { split(*settings, common.json); });
}

}  // namespace scrim
