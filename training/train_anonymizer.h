// Task "train_anonymizer": the adversarial game of PriCheXy-Net (Packhaeuser et al., MICCAI 2023, section 2).
// A step on films A with findings y, and films B:
//
//   A' = G(A)
//   G minimises  ac_loss_weight * BCE(classifier(A'), y) + ver_loss_weight * -log(1 - verifier(A', B))
//   then the verifier is updated on (A', B), and the classifier on A'
//
// The judges are in evaluation mode and frozen while G moves; in training mode on their own turn.
#pragma once

#include "training/film_settings.h"
#include "training/mask_set.h"
#include "training/study_networks.h"
#include "training/training_loop.h"

namespace scrim {

struct AnonymizerConfig {
  static constexpr const char* task = "train_anonymizer";
  FilmSettings data{.image_size = 256};
  PairLists lists;
  std::string labels;
  MaskSettings masks;
  GeneratorSettings generator;
  std::string generator_weights, verifier_weights, classifier_weights;
  struct Game {
    double ac_loss_weight = 1, ver_loss_weight = 1;
    std::string pairs = "published";
    std::string resize = "antialiased";
  } game;
  TrainingSettings training{.epochs = 250, .batch_size = 64};
  OptimiserSettings generator_optimiser, verifier_optimiser;
  OptimiserSettings classifier_optimiser{
      .name = "sgd", .learning_rate = 1e-4, .momentum = 0.9, .weight_decay = 1e-4};
  std::string folder = "runs/train_anonymizer";
};

template <class Visit>
void visit_fields(AnonymizerConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit_fields(c.lists, visit);
  visit("data", "labels", c.labels,
        "table of findings: NIH's Data_Entry_2017*.csv, or image,findings,patient");
  visit_fields(c.masks, visit);
  visit_fields(c.generator, "generator", visit);
  visit("generator", "weights", c.generator_weights, "of the pretraining; \"\" = random numbers");
  visit("judges", "verifier", c.verifier_weights, "weights of train_verifier");
  visit("judges", "classifier", c.classifier_weights, "weights of train_classifier");
  visit("game", "ac_loss_weight", c.game.ac_loss_weight, "of the classifier's loss");
  visit("game", "ver_loss_weight", c.game.ver_loss_weight, "of the verifier's loss");
  visit("game", "pairs", c.game.pairs,
        "whose recognition costs: \"published\" = all pairs, \"same_patient_only\"");
  visit("game", "resize", c.game.resize,
        "for the classifier: \"antialiased\", as it was trained, or \"published\" (bilinear)");
  visit_fields(c.training, visit);
  visit_fields(c.generator_optimiser, "generator_optimiser", visit);
  visit_fields(c.verifier_optimiser, "verifier_optimiser", visit);
  visit_fields(c.classifier_optimiser, "classifier_optimiser", visit);
  visit("output", "folder", c.folder, "run folder");
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const AnonymizerConfig& config);

TrainingResult run(const AnonymizerConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress);

}  // namespace scrim
