// Sections that the configurations of several tasks share. One list of fields (visit_fields) serves reading,
// checking, printing and help: visit(table, key, field, description).
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>

#include "base/config/config_checks.h"
#include "layers/initialize.h"
#include "training/loop/optimizer.h"

namespace scrim {

struct TrainingSettings {
  std::int64_t epochs = 10;
  std::int64_t batch_size = 64;
  std::int64_t seed = 1;
  std::int64_t early_stopping = 0;
  std::int64_t checkpoint_every_steps = 20;
  std::int64_t read_loss_every_steps = 10;
  bool cuda_graph = false;
  std::int64_t images_logged = 4;
};

template <class Visit>
void visit_fields(TrainingSettings& t, Visit&& visit) {
  visit("training", "epochs", t.epochs, "most passes over the training data");
  visit("training", "batch_size", t.batch_size, "examples a step");
  visit("training", "seed", t.seed, "the same seed gives the same run");
  visit("training", "early_stopping", t.early_stopping,
        "stop after this many epochs without a better validation; 0 = never");
  visit("training", "checkpoint_every_steps", t.checkpoint_every_steps, "steps between checkpoints");
  visit("training", "read_loss_every_steps", t.read_loss_every_steps,
        "GPU: steps queued before losses are read back. Results do not change");
  visit("training", "cuda_graph", t.cuda_graph,
        "GPU: record a step once and replay it; takes more memory. Results do not change");
  visit("training", "images_logged", t.images_logged, "number of validation films in the event file");
}

struct OptimizerSettings {
  std::string name = "adam";
  double learning_rate = 1e-4;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double momentum = 0.9;
  double weight_decay = 0;
};

template <class Visit>
void visit_fields(OptimizerSettings& o, const char* table, Visit&& visit) {
  visit(table, "name", o.name, "\"adam\", \"adamw\" or \"sgd\"");
  visit(table, "learning_rate", o.learning_rate, "at the start");
  visit(table, "beta1", o.beta1, "adam, adamw");
  visit(table, "beta2", o.beta2, "adam, adamw");
  visit(table, "epsilon", o.epsilon, "adam, adamw");
  visit(table, "momentum", o.momentum, "sgd");
  visit(table, "weight_decay", o.weight_decay, "weight decay: L2 for adam and sgd, decoupled for adamw");
}

struct ScheduleSettings {
  std::string name = "none";
  std::int64_t step_epochs = 30;
  double factor = 0.1;
  std::int64_t patience = 10;
  std::int64_t warmup_epochs = 0;
};

template <class Visit>
void visit_fields(ScheduleSettings& s, Visit&& visit) {
  visit("schedule", "name", s.name,
        "\"none\", \"step\", \"plateau\" or \"cosine\" (to 0 at training.epochs)");
  visit("schedule", "step_epochs", s.step_epochs, "step: epochs between reductions");
  visit("schedule", "factor", s.factor, "factor of each reduction");
  visit("schedule", "patience", s.patience, "plateau: epochs without a better validation loss");
  visit("schedule", "warmup_epochs", s.warmup_epochs, "cosine: epochs in which the learning rate rises");
}

/// Throw UsageError that names the key whose value does not make sense.
void check(const TrainingSettings& settings);
void check(const OptimizerSettings& settings, std::string_view table);
void check(const ScheduleSettings& settings);

/// Draws the weights of a run.
inline Initializer initializer_of(const TrainingSettings& training) {
  return Initializer(std::uint64_t(training.seed));
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerSettings& settings, Module& module);

}  // namespace scrim
