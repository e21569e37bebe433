// Task "train_verifier": the Siamese network learns to tell whether two films show one patient.
//   loss = mean binary cross-entropy of its logits (Packhaeuser et al., Scientific Reports 2022), or, with
//   negatives from the batch, that of training/batch_negatives.h: same films, many more comparisons
#pragma once

#include "films/film_settings.h"
#include "measures/scores.h"
#include "models/networks/weight_files.h"
#include "training/tasks/pair_batches.h"

namespace scrim {

struct VerifierConfig {
  static constexpr const char* task = "train_verifier";
  FilmSettings data{.image_size = 256};
  PairLists lists;
  AugmentationSettings augmentation;
  VerifierSettings model;
  std::string start_weights;
  ContrastSettings contrast;
  double weight_average = 0;
  TrainingSettings training{.epochs = 100, .batch_size = 32, .early_stopping = 5};
  OptimizerSettings optimizer;
  ScheduleSettings schedule;
  std::string folder = "runs/train_verifier";
};

template <class Visit>
void visit_fields(VerifierConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit_fields(c.lists, visit);
  visit_data_fields(c.contrast, visit);
  visit_fields(c.augmentation, visit);
  visit_fields(c.model, "model", visit);
  visit("model", "start_weights", c.start_weights, "weight file to start from; \"\" = random weights");
  visit_training_fields(c.contrast, visit);
  visit(
      "training", "weight_average", c.weight_average,
      "what a step keeps of the weights' exponential average, which is validated and saved; 0 = no average");
  visit_run_fields(c, visit);
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const VerifierConfig& config);

/// Reads the films and pairs that the configuration names and trains on them.
TrainingResult run(const VerifierConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress);

/// The same on films that are in memory already. `valid` may be null.
TrainingResult train_verifier(const VerifierConfig& config, const PairData& train, const PairData* valid,
                              const std::string& config_text, bool resume,
                              const std::function<void(const TrainingProgress&)>& progress);

/// Scores of pairs with what the pairs are.
std::vector<Scored> scored_pairs(const std::vector<double>& scores, const std::vector<IndexedPair>& pairs);

/// The cosine of each pair of rows.
std::vector<double> pair_cosines(const Tensor& first, const Tensor& second,
                                 const std::vector<IndexedPair>& pairs);

/// The verifier's e(x) of every film, [count, embed], in evaluation mode.
Tensor embeddings(SiameseVerifier& verifier, const FilmSet& films);
/// The logit of each pair of rows.
std::vector<double> pair_logits(SiameseVerifier& verifier, const Tensor& first, const Tensor& second,
                                const std::vector<IndexedPair>& pairs);

}  // namespace scrim
