// Task "retrain_classifier": are released films good for research? A fresh classifier learns findings from released films and is
// tested on real films of other patients, beside one that learned from real films. A method that pleases a judge without
// showing a finding fails here.
#pragma once

#include <functional>

#include "evaluation/tasks/classification.h"
#include "training/tasks/train_classifier.h"

namespace scrim {

struct RetrainClassifierConfig {
  static constexpr const char* task = "retrain_classifier";
  FilmSettings data{.image_size = 224};
  FilmLists lists;
  std::string test_list, labels, classifier;
  MaskSettings masks;
  ReleaseSettings release;
  AugmentationSettings augmentation{.flip = true};
  ClassifierSettings model;
  std::int64_t seeds = 3;
  TrainingSettings training{.epochs = 100, .batch_size = 16, .early_stopping = 3};
  OptimizerSettings optimizer = ClassifierConfig().optimizer;
  ScheduleSettings schedule = ClassifierConfig().schedule;
  std::int64_t bootstrap_draws = 1000;
  std::string folder = "runs/retrain_classifier";
};

template <class Visit>
void visit_fields(RetrainClassifierConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit_fields(c.lists, visit);
  visit("data", "test_list", c.test_list, "test films, which are real; \"\" = all films in the folder");
  visit("data", "labels", c.labels,
        "table of findings: NIH's Data_Entry_2017*.csv, or image,findings,patient");
  visit("judges", "classifier", c.classifier,
        "weights of train_classifier on real films, with the same settings: what is compared with");
  visit_fields(c.masks, visit);
  visit_fields(c.release, visit);
  visit_fields(c.augmentation, visit);
  visit_fields(c.model, "model", visit);
  visit("model", "seeds", c.seeds, "number of classifiers, with seeds training.seed, +1, ...");
  visit_fields(c.training, visit);
  visit_fields(c.optimizer, "optimizer", visit);
  visit_fields(c.schedule, visit);
  visit("evaluation", "bootstrap_draws", c.bootstrap_draws, "bootstrap samples of patients");
  visit("output", "folder", c.folder, "folder of the results");
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const RetrainClassifierConfig& config);

struct RetrainedClassifierResult {
  ClassificationResult
      findings;  ///< before: learned from real films; after: from released ones, the mean of the seeds
  std::vector<std::optional<double>> aucs;  ///< mean AUC of each seed over the findings that count
  /// Where donors are shown: the same, learned from all donors with their labels, without any release.
  std::optional<ClassificationResult> donors_alone;
};
/// Classifiers train in folders below config.folder and are taken up again when the evaluation was interrupted.
RetrainedClassifierResult evaluate(
    const RetrainClassifierConfig& config,
    const std::function<void(const std::string&, const TrainingProgress&)>& progress);

}  // namespace scrim
