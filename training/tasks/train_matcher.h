// What an attacker trains who compares films place by place: the features of models/patch_matcher.h learn by
// matching_loss() of models/patch_likeness.h, from films of one patient and from films paired with themselves, changed at random.
#pragma once

#include "models/networks/weight_files.h"
#include "models/patch_likeness.h"
#include "training/tasks/pair_batches.h"

namespace scrim {

struct MatcherTraining {
  static constexpr const char* task = "train_matcher";
  MatcherSettings model;
  double weight_average = 0.99;  ///< what a step keeps of the average, which is validated and saved
  AugmentationSettings augmentation;
  TrainingSettings training;
  OptimizerSettings optimizer;
  ScheduleSettings schedule;
  std::string folder;
};

/// `valid` may be null. See run_training_loop for what it promises.
TrainingResult train_matcher(const MatcherTraining& settings, const PairData& train, const PairData* valid,
                             const std::string& config_text, bool resume,
                             const std::function<void(const TrainingProgress&)>& progress);

/// The features of `count` films; film(i) is [1,H,W,1] in [0,1] of any size, and callable from several threads. The network is
/// in evaluation mode.
std::vector<PlaceFeatures> place_features(PatchMatcher& matcher, std::int64_t count,
                                          const std::function<Tensor(std::int64_t)>& film);

}  // namespace scrim
