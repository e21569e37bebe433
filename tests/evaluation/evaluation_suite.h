// What tests of evaluations share: phantoms, small configurations, judges that learned for a few epochs.
#pragma once

#include <gtest/gtest.h>

#include "evaluation/identity/retrain_verifier.h"
#include "evaluation/tasks/classification.h"
#include "evaluation/tasks/segmentation.h"
#include "tests/support/phantom_suite.h"
#include "training/tasks/train_classifier.h"
#include "training/tasks/train_segmenter.h"

namespace scrim::test {

class Evaluation : public PhantomSuite<90> {
 protected:
  static FilmSettings data() { return {.images = at("images"), .image_size = 64}; }

  RetrainVerifierConfig attack() const {
    return {.data = data(),
            .lists = {at("pairs/train.txt"), at("pairs/valid.txt")},
            .test_pairs = at("pairs/test.txt"),
            .attacker = {.width = 4, .layers = {1, 1, 1, 1}, .embed = 8},
            .seeds = 0,
            .side_channels = false,
            .mixture = false,
            .training = {.epochs = 1, .batch_size = 16},
            .embedding = {.starts = 0},
            .matching = {.starts = 0},
            .restorer = {.by = {}},
            .attributes = {.read = false},
            .bootstrap_draws = 200,
            .enrolments = 20,
            .folder = (folder / "attack").string()};
  }
  static void quiet(const std::string&, const TrainingProgress&) {}

  /// Of a classifier after so many epochs on the films that it is judged on.
  ClassificationConfig classification(std::int64_t epochs) const {
    const ClassifierConfig training{.data = data(),
                                    .lists = {at("splits/train.txt"), ""},
                                    .labels = at("labels.csv"),
                                    .model = {.growth = 8, .blocks = {1, 1, 1, 1}, .init_features = 8},
                                    .training = {.epochs = epochs, .batch_size = 8},
                                    .optimizer = {.learning_rate = 1e-2},
                                    .folder = (folder / "c").string()};
    const auto trained = run(training, "x", false, [](const TrainingProgress&) {});
    return {.data = data(),
            .test_list = at("splits/train.txt"),
            .labels = at("labels.csv"),
            .classifier = trained.weights.string(),
            .bootstrap_draws = 100};
  }

  /// Of a segmenter after so many epochs: the lungs, and the heart where lungs and heart are asked for.
  SegmentationConfig segmentation(std::int64_t epochs) const {
    const SegmenterConfig training{.data = data(),
                                   .lists = {at("splits/train.txt"), ""},
                                   .masks = {at("masks/lungs"), at("masks/heart")},
                                   .model = {.c = 2},
                                   .training = {.epochs = epochs, .batch_size = 4},
                                   .optimizer = {.learning_rate = 3e-3},
                                   .folder = (folder / "s").string()};
    const auto trained = run(training, "x", false, [](const TrainingProgress&) {});
    return {.data = data(),
            .test_list = at("splits/test.txt"),
            .segmenter = trained.weights.string(),
            .truth = {at("masks/lungs"), at("masks/lungs+") + at("masks/heart")},
            .organs = {0, 1}};
  }
};

}  // namespace scrim::test
