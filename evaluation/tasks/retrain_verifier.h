// Task "retrain_verifier": can an attacker who knows the method still tell whose films they are?
//
// Verifiers are retrained on released films, from several seeds. One more attacker needs no training. Both are
// tested on pairs of other patients:
//
//   released_real       the first film is released, the second real: the attacker has a real film of somebody
//   released_released   both films are released
//   real_real           both films are real, for comparison
#pragma once

#include <functional>

#include "measures/intervals.h"
#include "methods/releaser.h"
#include "training/tasks/train_verifier.h"

namespace scrim {

struct RetrainVerifierConfig {
  static constexpr const char* task = "retrain_verifier";
  FilmSettings data{.image_size = 256};
  PairLists lists;
  std::string test_pairs, cohort_list, labels;
  MaskSettings masks;
  ReleaseSettings release;
  VerifierSettings attacker;
  std::string start_weights;
  std::int64_t seeds = 3;
  std::vector<std::string> trained_on = {"released_released"};
  bool correlation = true;
  AugmentationSettings augmentation;
  ContrastSettings contrast;
  TrainingSettings training{.epochs = 100, .batch_size = 32, .early_stopping = 5};
  OptimizerSettings optimizer;
  std::int64_t bootstrap_draws = 1000, gallery = 150;
  std::string folder = "runs/retrain_verifier";
};

template <class Visit>
void visit_fields(RetrainVerifierConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit_fields(c.lists, visit);
  visit_data_fields(c.contrast, visit);
  visit("data", "test_pairs", c.test_pairs, "pairs of test patients");
  visit("data", "labels", c.labels, "table of patients; \"\" = read them from names as in NIH");
  visit("data", "cohort_list", c.cohort_list,
        "films of strangers that normalize correlation scores; \"\" = some of train_pairs");
  visit_fields(c.masks, visit);
  visit_fields(c.release, visit);
  visit_fields(c.attacker, "attacker", visit);
  visit("attacker", "start_weights", c.start_weights, "weight file to start from; \"\" = random weights");
  visit("attacker", "seeds", c.seeds,
        "number of learned attackers, with seeds training.seed, +1, ...; 0 = none");
  visit(
      "attacker", "trained_on", c.trained_on,
      "kinds of training pairs: \"released_released\", \"released_real\", \"real_real\"; one attacker each");
  visit("attacker", "correlation", c.correlation, "also run the attacker that needs no training");
  visit_fields(c.augmentation, visit);
  visit_training_fields(c.contrast, visit);
  visit_fields(c.training, visit);
  visit_fields(c.optimizer, "optimizer", visit);
  visit("evaluation", "bootstrap_draws", c.bootstrap_draws, "bootstrap samples of patients");
  visit("evaluation", "gallery", c.gallery, "most test films in the search for a patient; 0 = no search");
  visit("output", "folder", c.folder, "folder of the results");
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const RetrainVerifierConfig& config);

/// One attacker on one kind of pairs.
struct Attack {
  std::string attacker;  ///< "learned on released_released, seed 1", "correlation"
  bool is_learned = false;
  std::string pairs;           ///< kind of the test pairs
  std::vector<double> scores;  ///< of the test pairs, in their order
  double auc = 0.5;
  std::optional<Interval> interval;  ///< 95 %, over patients: jackknife_auc()
  /// True positive rate at 1 % false positives, and its interval over patients: bootstrap, or exact where nothing was hit.
  double rate_at_1_percent = 0;
  std::optional<Interval> rate_interval;
  double threshold = 0;  ///< of the counts below, chosen on the validation pairs when there are any
  Confusion confusion;
  std::vector<RocPoint> roc;
  std::vector<Interval> roc_intervals;  ///< true positive rate at false positive rates 0, 1/20, ..., 1
  Retrieval retrieval;
};

struct VerificationResult {
  std::string method;
  std::int64_t pairs = 0, patients = 0;  ///< of the test
  std::vector<Attack> attacks;

  /// The attack with the highest AUC on this kind of pairs; null when none was made.
  const Attack* strongest(const std::string& pairs) const;
  /// AUCs of the learned attackers on this kind.
  std::vector<double> learned_aucs(const std::string& pairs) const;
};

/// Trains and asks the attackers; their runs stand in folders below config.folder and are taken up again when
/// the evaluation was interrupted. `progress`: which attacker, and how far it is.
VerificationResult evaluate(const RetrainVerifierConfig& config,
                            const std::function<void(const std::string&, const TrainingProgress&)>& progress);

}  // namespace scrim
