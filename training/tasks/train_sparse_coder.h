// Task "train_sparse_coder": the sparse ternary coder of PRIMIS learns to give films back from their codes.
//   loss = mean((clamp(D(E(x))) - x)^2) over patches x, clamped to [-2,2] in the first 99 steps and to [-1,1]
//   after them; a step whose loss is above 5 moves no weight; validation clamps to [0,1] (published training of
//   PRIMIS)
//
// What a sealed file holds is less than a code: signs without values (sharing/). `training.signs` trains a
// share of the steps on such codes: forward the decoder sees the betas that stand for the signs, backward the
// gradient passes to the values as if it had seen them.
//
// A batch of a few whole films has norm statistics of its own; `training.patches_per_film` with more films a step
// mixes them better at the same price.
#pragma once

#include "films/film_settings.h"
#include "models/networks/weight_files.h"
#include "training/loop/training_loop.h"

namespace scrim {

struct SparseCoderConfig {
  static constexpr const char* task = "train_sparse_coder";
  FilmSettings data{.image_size = 512};
  FilmLists lists;
  SparseCoderSettings model;
  double signs = 0;
  std::int64_t patches_per_film = 0;
  TrainingSettings training{.epochs = 20, .batch_size = 4};
  OptimizerSettings optimizer{.learning_rate = 3e-4, .weight_decay = 1e-6};
  ScheduleSettings schedule;
  std::string folder = "runs/sparse_coder";
};

template <class Visit>
void visit_fields(SparseCoderConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit_fields(c.lists, visit);
  visit_fields(c.model, "model", visit);
  visit("training", "signs", c.signs, "share of steps with signs only, as in sealed files; published 0");
  visit("training", "patches_per_film", c.patches_per_film,
        "random patches per film in a step; 0 = all, as published");
  visit_run_fields(c, visit);
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const SparseCoderConfig& config);

/// To which [-limit, limit] the reconstruction is clamped in a step, counted from 0.
constexpr double clamp_limit(std::int64_t step) {
  return step < 99 ? 2 : 1;
}

/// `from` in the forward pass; its gradient goes to `to` (the straight-through estimator: Bengio, Leonard,
/// Courville, "Estimating or Propagating Gradients Through Stochastic Neurons", 2013).
Variable straight_through(const Variable& to, const Variable& from);

/// Runs the task in config.folder; `config_text` is kept there. See run_training_loop for what it promises.
TrainingResult run(const SparseCoderConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress);

}  // namespace scrim
