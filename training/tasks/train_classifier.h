// Task "train_classifier": DenseNet-121 learns the fourteen findings of NIH ChestX-ray14.
//   loss = mean binary cross-entropy (Rajpurkar et al., "CheXNet", 2017; training as in Zech's published
//   reimplementation, which PriCheXy-Net uses: SGD, learning rate / 10 without gain, stop after 3 such
//   epochs)
#pragma once

#include "films/augmentation.h"
#include "films/film_settings.h"
#include "models/networks/weight_files.h"
#include "training/loop/training_loop.h"

namespace scrim {

struct ClassifierConfig {
  static constexpr const char* task = "train_classifier";
  FilmSettings data{.image_size = 224};
  FilmLists lists;
  std::string labels;
  AugmentationSettings augmentation{.flip = true};
  ClassifierSettings model;
  std::string start_weights;
  TrainingSettings training{.epochs = 100, .batch_size = 16, .early_stopping = 3};
  OptimizerSettings optimizer{.name = "sgd", .learning_rate = 0.01, .momentum = 0.9, .weight_decay = 1e-4};
  ScheduleSettings schedule{.name = "plateau", .factor = 0.1, .patience = 0};
  std::string folder = "runs/train_classifier";
};

template <class Visit>
void visit_fields(ClassifierConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit_fields(c.lists, visit);
  visit("data", "labels", c.labels,
        "table of findings: NIH's Data_Entry_2017*.csv, or image,findings,patient");
  visit_fields(c.augmentation, visit);
  visit_fields(c.model, "model", visit);
  visit("model", "start_weights", c.start_weights, "weight file to start from; \"\" = random weights");
  visit_run_fields(c, visit);
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const ClassifierConfig& config);

/// Films that are in memory already, with what a network learns to tell of them.
struct LabeledFilms {
  const FilmSet& films;
  Tensor targets;  ///< [count, outputs] of 0 and 1
};

/// On such films; the configuration's lists and table are not read. `outputs`: their names. `valid` may be null.
TrainingResult train_classifier(const ClassifierConfig& config, const std::vector<std::string>& outputs,
                                const LabeledFilms& train, const LabeledFilms* valid,
                                const std::string& config_text, bool resume,
                                const std::function<void(const TrainingProgress&)>& progress);
/// The same for findings.
TrainingResult train_classifier(const ClassifierConfig& config, const LabelTable& labels,
                                const TrainAndValid& films, const std::string& config_text, bool resume,
                                const std::function<void(const TrainingProgress&)>& progress);

TrainingResult run(const ClassifierConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress);

/// Labels [count, 14] of 0 and 1.
Tensor finding_targets(const LabelTable& labels, const std::vector<std::string>& names);

}  // namespace scrim
