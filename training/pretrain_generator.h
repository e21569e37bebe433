// Task "pretrain_generator": the generator learns to leave an image as it is, before the adversarial game
// begins.
//   loss = mean((warp(x, G(x)) - x)^2), the published first step (PriCheXy-Net, "pre-training")
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "models/flow_anonymizer.h"

namespace scrim {

struct PretrainConfig {
  struct Data {
    std::string images;      ///< folder of gray PNG or JPEG files
    std::string train_list;  ///< file with an image name a line; empty: all images of the folder
    std::string valid_list;  ///< the same; empty: no validation
    std::int64_t image_size = 256;
  } data;
  struct Model {
    std::int64_t init_features = 32;
    double mu = 0.01;
    std::string op = "corrected";  ///< "corrected" or "published", see models/warp.h
  } model;
  struct Training {
    std::int64_t epochs = 10;
    std::int64_t batch_size = 64;
    std::int64_t seed = 1;
    std::int64_t checkpoint_every_steps = 20;
    std::int64_t images_logged = 4;
  } training;
  struct Optimisation {
    std::string name = "adam";  ///< "adam", "adamw" or "sgd"
    double learning_rate = 1e-4;
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double momentum = 0.9;
    double weight_decay = 0;
  } optimiser;
  struct Schedule {
    std::string name = "none";  ///< "none", "step" or "plateau"
    std::int64_t step_epochs = 30;
    double factor = 0.1;
    std::int64_t patience = 10;
  } schedule;
  struct Output {
    std::string folder = "runs/pretrain_generator";
  } output;
};

/// One list of fields serves reading, checking, printing and help: visit(table, key, field, description).
template <class Config, class Visit>
void visit_fields(Config& c, Visit&& visit) {
  visit("data", "images", c.data.images, "folder of gray PNG or JPEG films");
  visit("data", "train_list", c.data.train_list,
        "file with a film's name a line; \"\" = all films of the folder");
  visit("data", "valid_list", c.data.valid_list, "the same for validation; \"\" = no validation");
  visit("data", "image_size", c.data.image_size, "side that films are resized to, pixels; divisible by 16");
  visit("model", "init_features", c.model.init_features, "features of the U-Net's first level");
  visit("model", "mu", c.model.mu, "deformation degree; 0.01 moves a pixel by at most 1.3 of 256");
  visit("model", "operator", c.model.op, "\"corrected\" or \"published\" (pulls the border inward)");
  visit("training", "epochs", c.training.epochs, "passes over the training films");
  visit("training", "batch_size", c.training.batch_size, "films a step");
  visit("training", "seed", c.training.seed, "of weights and order; the same seed gives the same run");
  visit("training", "checkpoint_every_steps", c.training.checkpoint_every_steps, "steps between checkpoints");
  visit("training", "images_logged", c.training.images_logged, "validation films in the event file");
  visit("optimiser", "name", c.optimiser.name, "\"adam\", \"adamw\" or \"sgd\"");
  visit("optimiser", "learning_rate", c.optimiser.learning_rate, "at the start");
  visit("optimiser", "beta1", c.optimiser.beta1, "adam, adamw");
  visit("optimiser", "beta2", c.optimiser.beta2, "adam, adamw");
  visit("optimiser", "epsilon", c.optimiser.epsilon, "adam, adamw");
  visit("optimiser", "momentum", c.optimiser.momentum, "sgd");
  visit("optimiser", "weight_decay", c.optimiser.weight_decay, "L2 for adam and sgd, decoupled for adamw");
  visit("schedule", "name", c.schedule.name, "\"none\", \"step\" or \"plateau\"");
  visit("schedule", "step_epochs", c.schedule.step_epochs, "step: epochs between reductions");
  visit("schedule", "factor", c.schedule.factor, "what the learning rate is multiplied by");
  visit("schedule", "patience", c.schedule.patience, "plateau: epochs without a better validation loss");
  visit("output", "folder", c.output.folder, "run folder");
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const PretrainConfig& config);

struct TrainingProgress {
  std::int64_t step, steps, epoch, epochs;
  double train_loss;
  std::optional<double> valid_loss;  ///< at the end of an epoch
};

struct TrainingResult {
  std::filesystem::path weights;
  std::int64_t steps = 0;
  double train_loss = 0;  ///< of the last step
};

/// Runs the task in config.output.folder; `config_text` is kept there. Killed at any moment and resumed it
/// ends with the same weights, checkpoint and metrics, byte for byte, as an undisturbed run. Throws
/// NonFiniteError that names the step and the op when a loss or gradient is NaN or infinite; the last good
/// checkpoint stays.
TrainingResult pretrain_generator(const PretrainConfig& config, const std::string& config_text, bool resume,
                                  const std::function<void(const TrainingProgress&)>& progress);

}  // namespace scrim
