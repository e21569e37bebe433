// Task "retrain_verifier": can attackers who know the method still tell whose films they are?
//
// Attackers learn from released films of other patients, from several seeds; some need no training. They are tested on pairs
// of test patients (identity_test.h), a kind of pairs by whoever was trained for it:
//
//   released_real       the first film is released, the second real: the attacker has a real film of somebody
//   released_released   both films are released
//   real_real           both films are real, for comparison
//
// Some of them restore released films first (evaluation/restorers). The strongest attacker is chosen on the validation pairs.
// What sex, view and age alone tell stands beside: controls.
#pragma once

#include <functional>
#include <map>

#include "evaluation/attackers/attribute_reader.h"
#include "evaluation/identity/attacker_settings.h"
#include "evaluation/identity/identity_test.h"
#include "measures/risk.h"
#include "methods/releaser.h"
#include "training/tasks/train_verifier.h"

namespace scrim {

struct RetrainVerifierConfig {
  static constexpr const char* task = "retrain_verifier";
  FilmSettings data{.image_size = 256};
  PairLists lists;
  std::string train_list, valid_list, test_pairs, test_list, cohort_list, labels;
  MaskSettings masks;
  ReleaseSettings release;
  VerifierSettings attacker;
  std::string start_weights;
  std::int64_t seeds = 3;
  std::vector<std::string> trained_on = {"released_released", "released_real"};
  bool correlation = true, side_channels = true, mixture = true;
  AugmentationSettings augmentation;
  ContrastSettings contrast;
  TrainingSettings training{.epochs = 100, .batch_size = 32, .early_stopping = 5};
  OptimizerSettings optimizer;
  EmbeddingSettings embedding;
  MatchingSettings matching;
  RestorerSettings restorer;
  AttributeSettings attributes;
  MatchSettings match;
  std::int64_t bootstrap_draws = 1000, enrolments = 200;
  std::string folder = "runs/retrain_verifier";
};

template <class Visit>
void visit_fields(RetrainVerifierConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit_fields(c.lists, visit);
  visit_data_fields(c.contrast, visit);
  visit("data", "train_list", c.train_list,
        "training films beyond these pairs, also of patients with one film; \"\" = none");
  visit("data", "valid_list", c.valid_list, "the same for validation; \"\" = none");
  visit("data", "test_pairs", c.test_pairs, "pairs of test patients");
  visit("data", "test_list", c.test_list,
        "test films beyond these pairs, also of patients with one film; \"\" = none");
  visit("data", "labels", c.labels,
        "table of patients, sex, view and age; \"\" = patients from names as in NIH, and no control");
  visit("data", "cohort_list", c.cohort_list,
        "films of strangers that normalize scores of correlation and matching; \"\" = some of train_pairs");
  visit_fields(c.masks, visit);
  visit_fields(c.release, visit);
  visit_fields(c.attacker, "attacker", visit);
  visit("attacker", "start_weights", c.start_weights, "weight file to start from; \"\" = random weights");
  visit("attacker", "seeds", c.seeds,
        "number of learned attackers, with seeds training.seed, +1, ...; 0 = none");
  visit("attacker", "trained_on", c.trained_on,
        "kinds of training pairs: \"released_released\", \"released_real\", \"real_real\"; an attacker is "
        "tested on the kind that it was trained on");
  visit("attacker", "correlation", c.correlation, "also run the attacker that needs no training");
  visit("attacker", "side_channels", c.side_channels,
        "also run the attacker that looks at sizes, borders and histograms only");
  visit("attacker", "mixture", c.mixture, "also join the scores of all attackers, on the validation pairs");
  visit_fields(c.augmentation, visit);
  visit_training_fields(c.contrast, visit);
  visit_fields(c.training, visit);
  visit_fields(c.optimizer, "optimizer", visit);
  visit_fields(c.embedding, visit);
  visit_fields(c.matching, visit);
  visit_fields(c.restorer, visit);
  visit_fields(c.attributes, visit);
  visit_fields(c.match, visit);
  visit("evaluation", "bootstrap_draws", c.bootstrap_draws, "bootstrap samples of patients");
  visit("evaluation", "enrolments", c.enrolments,
        "random galleries of one film per patient in the search for a patient");
  visit("output", "folder", c.folder, "folder of the results");
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const RetrainVerifierConfig& config);

/// One attacker on one kind of pairs.
struct Attack {
  AttackerFacts attacker;
  std::string pairs;                ///< kind of the test pairs
  std::optional<double> valid_auc;  ///< on the validation's pairs of one patient and all its strangers
  IdentityFigures figures;
  double threshold = 0;  ///< of the counts below, chosen on the listed validation pairs when there are any
  Confusion confusion;   ///< of the listed test pairs
  std::vector<double> listed_scores;  ///< of the listed test pairs, in their order
  std::vector<float> scores;          ///< of all films with all
};

/// What an attacker adds to what the label table alone tells (measures/risk.h).
struct Risks {
  std::optional<Estimate>
      singling_out;  ///< a pair of one patient is found, at 1 % false positives among all strangers
  std::optional<Estimate> linkability;  ///< a patient is found at rank 1 among one film of every patient
};

/// An attacker that was trained from several seeds: what one of them reaches.
struct SeedFigures {
  std::string family;
  OverSeeds over;  ///< AUCs against strangers
};

/// What an attacker reaches who learned from some of the films.
struct LearningPoint {
  std::int64_t training_films = 0;
  std::optional<double> auc;
  std::optional<Interval> interval;
};

struct VerificationResult {
  std::string method;
  std::int64_t listed_pairs = 0, films = 0, patients = 0;  ///< of the test
  std::string matched_by;  ///< what films of matched pairs have in common; "" = nothing is known
  std::vector<std::string> missing_columns;  ///< of the label table, that matching asks for
  std::vector<std::string> test_films;
  std::vector<Attack> attacks;
  std::map<std::string, Risks> risks;                     ///< by kind of pairs, of the strongest attacker
  std::map<std::string, std::vector<SeedFigures>> seeds;  ///< by kind of pairs
  /// By kind of pairs: of one start of the embedding attacker, from few training films to all.
  std::map<std::string, std::vector<LearningPoint>> learning_curves;
  std::map<FilmKind, std::vector<Inference>> inferences;  ///< by kind of film
  std::optional<ReleaseGuarantee>
      guarantee;  ///< of methods that keep a cell alone, its shares counted in the test

  /// The attack on this kind of pairs that validation finds the strongest, controls left out; where nothing was validated,
  /// the strongest in the test. Null when none was made.
  const Attack* strongest(const std::string& pairs) const;
  /// The one with the highest AUC in the test, whatever validation said.
  const Attack* strongest_in_test(const std::string& pairs) const;
  /// The control that knows the label table, on this kind of pairs; null when the table says nothing.
  const Attack* control(const std::string& pairs) const;
};

/// Trains and asks the attackers; their runs stand in folders below config.folder and are taken up again when
/// the evaluation was interrupted. `progress`: which attacker, and how far it is.
VerificationResult evaluate(const RetrainVerifierConfig& config,
                            const std::function<void(const std::string&, const TrainingProgress&)>& progress);

}  // namespace scrim
