// The configuration of a whole study: its data, its methods, and what its tasks do otherwise than by default.
#pragma once

#include "base/config/config.h"
#include "data/phantom/phantom_cohort.h"
#include "study/evaluation_runs.h"
#include "study/training_runs.h"

namespace scrim {

/// A method at one strength.
struct StudyMethod {
  std::string name;
  MethodSettings method;
  double ac_loss_weight = 1, ver_loss_weight = 1;  ///< of its game

  bool is_learned() const { return method.is_learned(); }
};

template <class Visit>
void visit_fields(StudyMethod& m, Visit&& visit) {
  static const std::string help = method_names();
  visit("", "name", m.name, "name in folders and tables");
  visit("", "method", m.method.method, help.c_str());
  visit_learned_fields(m.method, "", visit);
  visit_unlearned_fields(m.method, "", visit);
  visit("", "ac_loss_weight", m.ac_loss_weight, "weight of the classifier's loss");
  visit("", "ver_loss_weight", m.ver_loss_weight, "weight of the verifier's loss");
}

struct StudyConfig {
  static constexpr const char* task = "study";
  std::string title = "A study of anonymized chest radiographs";
  std::string folder = "runs/study";
  std::int64_t films_shown = 3;
  struct Phantom {
    std::int64_t films = 0, size = 128, seed = 1, films_per_patient = 6, donors = 600;
    double finding_probability = 0.18;
  } phantom;
  FilmSettings data{.image_size = 128};
  FilmLists lists;
  PairLists pairs;
  std::string labels, boxes, findings, test_list, test_pairs, cohort_list;
  double boxes_side = 1024;
  bool judge_organs = true;
  MaskSettings masks;
};

template <class Visit>
void visit_fields(StudyConfig& c, Visit&& visit) {
  visit("", "title", c.title, "of the report");
  visit("output", "folder", c.folder, "output folder");
  visit("report", "films_shown", c.films_shown, "films per method in the report");
  visit("phantom", "films", c.phantom.films, "films of a phantom cohort; 0 = use the films of [data]");
  visit("phantom", "size", c.phantom.size, "pixels a side");
  visit("phantom", "seed", c.phantom.seed, "seed of the cohort");
  visit("phantom", "films_per_patient", c.phantom.films_per_patient, "at most");
  visit("phantom", "donors", c.phantom.donors,
        "films of other phantoms, for methods that show donors and name no pool");
  visit("phantom", "finding_probability", c.phantom.finding_probability,
        "probability of each of the five findings on a film");
  visit_fields(c.data, visit);
  visit_fields(c.lists, visit);
  visit_fields(c.pairs, visit);
  visit("data", "labels", c.labels, "table of findings");
  visit("data", "boxes", c.boxes,
        "table of boxes around findings, as NIH's BBox_List_2017.csv; \"\" = where the classifier looks is "
        "not asked");
  visit("data", "findings", c.findings,
        "folder of masks of findings (FINDING/FILM.png): do a transplant's lesions stand where they were? "
        "\"\" = not asked");
  visit("data", "boxes_side", c.boxes_side, "side of the square that boxes are drawn in, pixels");
  visit("data", "test_list", c.test_list, "films of test patients");
  visit("data", "test_pairs", c.test_pairs, "pairs of them");
  visit("data", "cohort_list", c.cohort_list, "strangers that normalize scores of correlation and matching");
  visit_fields(c.masks, visit);
  visit("judges", "segmenter", c.judge_organs,
        "train a segmenter on the masks and look for organs on released films, when data.image_size divides "
        "by 32");
}

/// Donors that a study of phantoms draws itself, of other patients than its films'.
std::filesystem::path phantom_pool(const StudyConfig& config);
/// Where the cohort's twins without findings stand, when a method wants them.
std::filesystem::path phantom_twins(const StudyConfig& config);

/// One thing to do: a task with its complete configuration, in a folder of its own.
struct StudyStep {
  std::string name;   ///< folder below STUDY/steps
  std::string title;  ///< for people
  std::variant<TrainingConfig, EvaluationConfig> config;
  std::vector<std::filesystem::path> inputs;  ///< weight files of other steps, lists of its own
  bool reads_masks = false;
};

struct Study {
  StudyConfig config;
  std::vector<StudyMethod> methods;
  std::vector<StudyStep> steps;           ///< in the order in which they can be done
  std::string text;                       ///< of the configuration file, overrides below it
  std::vector<std::string> single_films;  ///< lists of training films beyond those of [data]

  std::filesystem::path step_folder(const std::string& name) const;
  /// A segmenter learns the masks, and looks for them on released films.
  bool judges_organs() const {
    return config.judge_organs && !config.masks.folders.empty() && config.data.image_size % 32 == 0;
  }
  /// Whether the method releases the patient's own film, so that pixels and organs can be compared.
  bool shows_the_film(const StudyMethod& method) const { return !shows_another_film(method.method); }
  /// Whether it shows lesions whose true masks are known.
  bool judges_lesions(const StudyMethod& method) const {
    return method.method.method == Transplant::name && !config.findings.empty();
  }
  /// Whether a method shows donors that the study draws.
  bool draws_donors() const;
  /// Whether a method looks at the cohort's twins without findings.
  bool draws_twins() const;
  /// The method with the weights of its game.
  ReleaseSettings release_of(const StudyMethod& method) const;
};

// Names of the steps.
inline constexpr const char* verifier_step = "verifier";
inline constexpr const char* classifier_step = "classifier";
inline constexpr const char* segmenter_step = "segmenter";
inline constexpr const char* raw_attack_step = "raw_attack";
inline std::string pretraining_step(const StudyMethod& m) {
  return m.name + "_pretraining";
}
inline std::string game_step(const StudyMethod& m) {
  return m.name + "_game";
}
inline std::string attack_step(const StudyMethod& m) {
  return m.name + "_attack";
}
inline std::string findings_step(const StudyMethod& m) {
  return m.name + "_findings";
}
inline std::string research_step(const StudyMethod& m) {
  return m.name + "_research";
}
inline std::string lesions_step(const StudyMethod& m) {
  return m.name + "_lesions";
}
inline std::string organs_step(const StudyMethod& m) {
  return m.name + "_organs";
}
inline std::string quality_step(const StudyMethod& m) {
  return m.name + "_quality";
}

/// Whether a configuration is a study's: task = "study". Throws UsageError.
bool is_study(const std::string& text, const std::string& name);

/// Reads a study: [data] and [masks] as tasks have them, a table [[method]] for each method, and tables like
/// [train_verifier.training] with keys of that task for every step that runs it. Throws UsageError.
Study parse_study(const std::string& text, const std::string& name,
                  const std::vector<std::string>& overrides);

}  // namespace scrim
