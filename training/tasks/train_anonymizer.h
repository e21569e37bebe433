// Task "train_anonymizer": the adversarial game of PriCheXy-Net (Packhaeuser et al., MICCAI 2023, section 2).
// A step on films A with findings y, and films B:
//
//   A' = G(A)
//   G minimizes  ac_loss_weight * BCE(classifier(A'), y) + ver_loss_weight * -log(1 - verifier(A', B))
//   then the verifier is updated on (A', B), and the classifier on A'
//
// The judges are in evaluation mode and frozen while G moves; in training mode on their own turn.
#pragma once

#include "films/film_settings.h"
#include "films/mask_set.h"
#include "methods/method_settings.h"
#include "models/networks/weight_files.h"
#include "training/loop/training_loop.h"

namespace scrim {

struct GameConfig {
  static constexpr const char* task = "train_anonymizer";
  /// The generator that counts: of the lowest total loss on the validation pairs. The file in the run folder, and its stem.
  static constexpr const char* best_stem = "lowest_total_loss";
  static constexpr const char* best_file = "lowest_total_loss.safetensors";
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
  OptimizerSettings generator_optimizer, verifier_optimizer;
  OptimizerSettings classifier_optimizer{
      .name = "sgd", .learning_rate = 1e-4, .momentum = 0.9, .weight_decay = 1e-4};
  std::string folder = "runs/train_anonymizer";
};

template <class Visit>
void visit_fields(GameConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit_fields(c.lists, visit);
  visit("data", "labels", c.labels,
        "table of findings: NIH's Data_Entry_2017*.csv, or image,findings,patient");
  visit_fields(c.masks, visit);
  visit_fields(c.generator, "generator", visit);
  visit("generator", "weights", c.generator_weights, "weights of pretrain_generator; \"\" = random weights");
  visit("judges", "verifier", c.verifier_weights, "weights of train_verifier");
  visit("judges", "classifier", c.classifier_weights, "weights of train_classifier");
  visit("game", "ac_loss_weight", c.game.ac_loss_weight, "of the classifier's loss");
  visit("game", "ver_loss_weight", c.game.ver_loss_weight, "of the verifier's loss");
  visit("game", "pairs", c.game.pairs,
        "pairs in the verifier's loss: \"published\" (all) or \"same_patient_only\"");
  visit("game", "resize", c.game.resize,
        "resize for the classifier: \"antialiased\" (as it was trained) or \"published\" (bilinear)");
  visit_fields(c.training, visit);
  visit_fields(c.generator_optimizer, "generator_optimizer", visit);
  visit_fields(c.verifier_optimizer, "verifier_optimizer", visit);
  visit_fields(c.classifier_optimizer, "classifier_optimizer", visit);
  visit("output", "folder", c.folder, "run folder");
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const GameConfig& config);

TrainingResult run(const GameConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress);

}  // namespace scrim
