// What an attacker trains who wants films back: a U-Net learns what a method did to them.
//   restored = y + G(y), loss = mean((y + G(y) - x)^2)    y: the released film, x: the real one
#pragma once

#include <functional>

#include "films/augmentation.h"
#include "films/film_set.h"
#include "models/networks/weight_files.h"
#include "training/loop/training_loop.h"

namespace scrim {

struct RestorerTraining {
  static constexpr const char* task = "train_restorer";
  std::int64_t image_size = 256;
  FlowUNetSettings model{.in_channels = 1, .out_channels = 1, .init_features = 16};
  /// Of where things are; grays stay as they are, for they are what is learned.
  AugmentationSettings augmentation{.rotate_degrees = 8, .scale = 0.1, .shift = 0.05};
  TrainingSettings training{.epochs = 40, .batch_size = 16, .early_stopping = 10};
  OptimizerSettings optimizer{.name = "adamw", .learning_rate = 1e-3};
  ScheduleSettings schedule{.name = "cosine", .warmup_epochs = 1};
  std::string folder;
};

/// Films and what was released of them, index by index.
struct ReleasedPairs {
  const FilmSet &released, &real;
  /// Where set, another release [1,S,S,1] of a film for each `draw`. Callable from several threads.
  std::function<Tensor(std::int64_t film, std::uint64_t draw)> fresh_film;
};

/// `valid` may be null. See run_training_loop for what it promises.
TrainingResult train_restorer(const RestorerTraining& settings, const ReleasedPairs& train,
                              const ReleasedPairs* valid, const std::string& config_text, bool resume,
                              const std::function<void(const TrainingProgress&)>& progress);

/// y[N,S,S,1] -> restored [N,S,S,1] in [0,1]. The network is in evaluation mode.
Tensor restored_films(UNet& restorer, const Tensor& released);

}  // namespace scrim
