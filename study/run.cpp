#include "study/run.h"

#include <algorithm>
#include <chrono>

#include "base/atomic_file.h"
#include "base/file_hash.h"
#include "base/problem_list.h"
#include "base/progress.h"
#include "data/files/folder_hash.h"
#include "films/donor_pool.h"
#include "study/report/report.h"
#include "study/results.h"
#include "training/loop/run_folder.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

void make_cohort(const Study& study, bool json) {
  const StudyConfig& c = study.config;
  const fs::path cohort = fs::path(c.folder) / "cohort";
  const phantom::CohortOptions options{
      .films = c.phantom.films,
      .most_films_of_a_patient = c.phantom.films_per_patient,
      .seed = std::uint64_t(c.phantom.seed),
      .film = {.size = c.phantom.size, .finding_probability = c.phantom.finding_probability},
      .twins = study.draws_twins()};
  const std::string wanted =
      fmt::format("{} films of {} pixels, at most {} a patient, findings {}, seed {}{}\n", c.phantom.films,
                  c.phantom.size, c.phantom.films_per_patient, c.phantom.finding_probability, c.phantom.seed,
                  options.twins ? ", with twins" : "");
  const fs::path note = fs::path(c.folder) / "cohort.txt";
  const bool is_ours = fs::exists(note);
  if (is_ours && fs::exists(cohort / "labels.csv") && read_file(note, 1 << 20) == wanted) return;
  if (fs::exists(cohort) && !is_ours)
    throw UsageError(fmt::format("[study] {} exists and is no study's folder. Choose another output.folder",
                                 cohort.string()));
  std::error_code error;
  fs::create_directories(c.folder, error);
  require(!error, "study", "{} cannot be made: {}", c.folder, error.message());
  write_file(note, "not finished\n");
  fs::remove_all(cohort);  // phantoms that the study made itself: the same seed makes them again
  Progress progress("phantoms", c.phantom.films, Progress::fitting(json));
  phantom::write_cohort(cohort, options, [&](std::int64_t done) { progress.update(done); });
  write_file(note, wanted);
}

/// Moves what was made from other inputs aside; nothing is lost.
void set_aside(const fs::path& folder) {
  for (int i = 1;; ++i) {
    const fs::path target = folder.string() + fmt::format(".replaced-{}", i);
    if (fs::exists(target)) continue;
    fs::rename(folder, target);
    return;
  }
}

/// Donors of other patients, drawn as the cohort is.
void make_donors(const StudyConfig& c, bool json) {
  const fs::path pool = phantom_pool(c), drawn = fs::path(c.folder) / "donors_drawn";
  const std::string source = fmt::format("{} phantoms of {} pixels, findings {}, seed {}", c.phantom.donors,
                                         c.phantom.size, c.phantom.finding_probability, c.phantom.seed + 1);
  fs::remove_all(drawn);
  if (fs::exists(pool) && DonorPool(pool).source() == source) return;
  if (fs::exists(pool)) set_aside(pool);
  Progress progress("donors", c.phantom.donors, Progress::fitting(json));
  phantom::write_cohort(
      drawn,
      {.films = c.phantom.donors,
       .most_films_of_a_patient = 1,
       .seed = std::uint64_t(c.phantom.seed) + 1,
       .first_patient = 50'000'001,
       .film = {.size = c.phantom.size, .finding_probability = c.phantom.finding_probability}},
      [&](std::int64_t done) { progress.update(done); });
  write_donor_pool(pool,
                   {.films = {drawn / "images", "", (drawn / "labels.csv").string()},
                    .source = source,
                    .license = "CC0",
                    .consent = "no person is on them",
                    .apart = {}},
                   [](std::int64_t) {});
  fs::remove_all(drawn);
}

/// What a step was or is being made from.
struct Marker {
  std::string fingerprint;
  bool done = false;
  std::string program;  ///< SHA-256 of the program that did it
};

Marker read_marker(const fs::path& folder) {
  const fs::path path = folder / "step.json";
  if (!fs::exists(path)) return {};
  const auto json = Json::parse(read_file(path, 1 << 20), nullptr, false);
  if (!json.is_object()) return {};
  return {json.value("fingerprint", ""), json.value("done", false), json.value("program_sha256", "")};
}

void write_marker(const fs::path& folder, const Marker& marker) {
  write_file(
      folder / "step.json",
      Json{{"fingerprint", marker.fingerprint}, {"done", marker.done}, {"program_sha256", marker.program}}
              .dump(1) +
          "\n");
}

/// Of the file that runs; "" where the system does not show it, as in a jail without /proc.
std::string program_sha256() {
  const fs::path self = "/proc/self/exe";
  static const std::string hash = fs::exists(self) ? sha256_of_file(self) : "";
  return hash;
}

std::string config_text(const StudyStep& step) {
  if (const auto* training = std::get_if<TrainingConfig>(&step.config))
    return print_training_config(*training);
  return print_evaluation_config(std::get<EvaluationConfig>(step.config));
}

/// What every step reads, and what only those with masks read.
struct DataHashes {
  std::string films, masks;
};

DataHashes data_hashes(const Study& study) {
  const StudyConfig& c = study.config;
  std::vector<std::string> films = film_names(c.data.images, c.lists.train);
  const auto add = [&](const std::vector<std::string>& more) {
    films.insert(films.end(), more.begin(), more.end());
  };
  add(film_names(c.data.images, c.lists.valid));
  add(film_names(c.data.images, c.test_list));
  std::string all = sha256_of_files(c.data.images, films), masks;
  if (std::any_of(study.steps.begin(), study.steps.end(), [](const StudyStep& s) { return s.reads_masks; }))
    for (const auto& folder : c.masks.folders) masks += sha256_of_files(folder, films) + " ";
  for (const auto& file : {c.labels, c.lists.train, c.lists.valid, c.test_list, c.pairs.train, c.pairs.valid,
                           c.test_pairs, c.cohort_list})
    if (!file.empty()) all += " " + sha256_of_file(file);
  return {sha256(all), masks};
}

/// A patient of the test whose film is in any other list would make every figure better than it is.
void require_patients_apart(const Study& study) {
  const StudyConfig& c = study.config;
  const LabelTable labels(c.labels);
  std::map<std::string, std::string> place_of;  // of a patient, or of a film whose patient is not known
  ProblemList problems("study");
  const auto whose = [&](const std::string& film) {
    const std::string patient = labels.patient_of(film);
    return patient.empty() ? "film " + film : patient;
  };
  const auto add_one = [&](const char* place, const std::string& patient, const std::string& film) {
    const auto [entry, is_new] = place_of.emplace(patient, place);
    if (!is_new && entry->second != place)
      problems.add(
          fmt::format("a patient is in the lists of {} and of {}: see {}", entry->second, place, film));
  };
  const auto add = [&](const char* place, const std::vector<std::string>& films) {
    for (const auto& film : films) add_one(place, whose(film), film);
  };
  const auto of_pairs = [](const std::string& file) { return indexed(read_pairs(file)).names; };
  add("training", film_names(c.data.images, c.lists.train));
  add("training", of_pairs(c.pairs.train));
  for (const auto& list : study.single_films) add("training", read_list(list));
  add("validation", film_names(c.data.images, c.lists.valid));
  add("validation", of_pairs(c.pairs.valid));
  add("test", film_names(c.data.images, c.test_list));
  add("test", of_pairs(c.test_pairs));
  for (const StudyMethod& m : study.methods)
    if (!study.shows_the_film(m)) {
      const DonorPool donors(m.method.pool);
      for (const auto& film : donors.names())
        if (const std::string patient = donors.patient_of(film); !patient.empty())
          add_one("donors", patient, film);
    }
  // Strangers may be of the training: those of validation or test would meet themselves.
  if (!c.cohort_list.empty())
    for (const auto& film : read_list(c.cohort_list))
      if (const auto place = place_of.find(whose(film));
          place != place_of.end() && place->second != std::string("training"))
        problems.add(
            fmt::format("a patient is in the lists of strangers and of {}: see {}", place->second, film));
  problems.throw_if_any();
}

void run_step(const Study& study, const StudyStep& step, const DataHashes& data, bool json) {
  const fs::path folder = study.step_folder(step.name);
  std::string made_of = data.films + "\n" + what_decides_numbers(config_text(step));
  if (step.reads_masks) made_of += data.masks + "\n";
  if (std::holds_alternative<EvaluationConfig>(step.config))
    made_of += fmt::format("results {}\n", results_format);
  for (const auto& input : step.inputs) {
    require(fs::exists(input), "study", "step {} needs {}, which no step before it made", step.name,
            input.string());
    made_of += (fs::is_directory(input) ? sha256_of_folder(input) : sha256_of_file(input)) + "\n";
  }
  const Marker wanted{sha256(made_of), false, ""}, found = read_marker(folder);
  if (found.done && found.fingerprint == wanted.fingerprint)
    return say(fmt::format("= {}: unchanged\n", step.title));
  if (fs::exists(folder) && found.fingerprint != wanted.fingerprint) set_aside(folder);
  say(fmt::format("> {}\n", step.title));
  fs::create_directories(folder);
  write_marker(folder, wanted);
  const auto start = std::chrono::steady_clock::now();
  if (const auto* training = std::get_if<TrainingConfig>(&step.config))
    run_training(*training, true, json);
  else
    run_evaluation(std::get<EvaluationConfig>(step.config), json);
  write_marker(folder, {wanted.fingerprint, true, program_sha256()});
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  say(fmt::format("  {:.0f} s\n", seconds));
}

}  // namespace

fs::path run_study(const Study& study, bool json) {
  const StudyConfig& c = study.config;
  if (c.phantom.films > 0) make_cohort(study, json);
  if (study.draws_donors()) make_donors(c, json);
  require_patients_apart(study);
  const DataHashes data = data_hashes(study);
  fs::create_directories(c.folder);
  write_file(fs::path(c.folder) / "study.toml", study.text);
  for (const StudyStep& step : study.steps) run_step(study, step, data, json);
  return write_study_report(study, data.films);
}

}  // namespace scrim
