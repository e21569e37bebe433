// Task "train_segmenter": HybridGNet's U-Net learns organs from masks, HybridGNet from landmarks (Gaggion et
// al., IEEE TMI 2022).
//   unet        loss = Dice + cross-entropy
//   hybridgnet  loss = mean squared errors of the landmarks and of both skips' positions + 1e-5 KL
#pragma once

#include "films/augmentation.h"
#include "films/film_settings.h"
#include "films/segmenter.h"
#include "training/loop/training_loop.h"

namespace scrim {

struct SegmenterConfig {
  static constexpr const char* task = "train_segmenter";
  FilmSettings data{.image_size = 1024};
  FilmLists lists;
  std::vector<std::string> masks;
  std::string landmarks;
  AugmentationSettings augmentation{.rotate_degrees = 3, .scale = 0.1, .brightness = 0.1, .contrast = 0.2};
  SegmenterSettings model;
  TrainingSettings training{.epochs = 500, .batch_size = 4};
  OptimizerSettings optimizer{.learning_rate = 1e-4, .weight_decay = 1e-5};
  ScheduleSettings schedule{.name = "step", .step_epochs = 50, .factor = 0.9};
  std::string folder = "runs/train_segmenter";
};

template <class Visit>
void visit_fields(SegmenterConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit_fields(c.lists, visit);
  visit("data", "masks", c.masks, "unet: a folder of masks per organ; later organs cover earlier ones");
  visit("data", "landmarks", c.landmarks,
        "hybridgnet: folder of FILM.csv with \"structure,index,x,y\", pixels");
  visit_fields(c.augmentation, visit);
  visit_fields(c.model, "model", visit);
  visit_run_fields(c, visit);
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const SegmenterConfig& config);

TrainingResult run(const SegmenterConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress);

}  // namespace scrim
