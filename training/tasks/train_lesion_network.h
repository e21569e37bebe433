// Task "train_lesion_network": a U-Net learns where findings are, and what they change of a film
// (methods/transplant/lesion_network.h), for the method "transplant". Its lessons are exact:
//   a phantom and its twin, the same film without findings (`scrim phantom --twins`)
//   a real film without findings, on which the layer of some phantom is laid
//   loss = mean(w |layer - layer'|) / mean(w) + cross-entropy(surely) + 1 - Dice(surely),   w = 1, and 20 where findings are
#pragma once

#include "films/augmentation.h"
#include "films/film_settings.h"
#include "training/loop/training_loop.h"

namespace scrim {

struct LesionNetworkConfig {
  static constexpr const char* task = "train_lesion_network";
  FilmSettings data{.image_size = 128};
  FilmLists lists;
  std::string twins;
  struct Healthy {
    std::string images, list, labels;
  } healthy;
  std::int64_t init_features = 16;
  AugmentationSettings augmentation{.flip = true,
                                    .rotate_degrees = 8,
                                    .scale = 0.15,
                                    .shift = 0.05,
                                    .brightness = 0.05,
                                    .contrast = 0.2,
                                    .gamma = 0.3};
  TrainingSettings training{.epochs = 30, .batch_size = 16};
  OptimizerSettings optimizer{.name = "adamw", .learning_rate = 1e-3};
  ScheduleSettings schedule{.name = "cosine", .warmup_epochs = 1};
  std::string folder = "runs/train_lesion_network";
};

template <class Visit>
void visit_fields(LesionNetworkConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit_fields(c.lists, visit);
  visit("data", "twins", c.twins, "folder of the same films without findings");
  visit("healthy", "images", c.healthy.images,
        "folder of real films, on which lesions of phantoms are laid as well; \"\" = none");
  visit("healthy", "list", c.healthy.list,
        "file with one film name per line; \"\" = all films in the folder");
  visit("healthy", "labels", c.healthy.labels,
        "table of their findings: films that have any are left out; \"\" = none has");
  visit("model", "init_features", c.init_features, "features of the first level");
  visit_fields(c.augmentation, visit);
  visit_run_fields(c, visit);
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const LesionNetworkConfig& config);

TrainingResult run(const LesionNetworkConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress);

}  // namespace scrim
