// Every training task on a small phantom cohort, for tests.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "base/atomic_file.h"
#include "tests/support/errors.h"
#include "tests/support/phantom_suite.h"
#include "training/tasks/train_anonymizer.h"
#include "training/tasks/train_classifier.h"
#include "training/tasks/train_lesion_network.h"
#include "training/tasks/train_segmenter.h"
#include "training/tasks/train_sparse_coder.h"
#include "training/tasks/train_verifier.h"

namespace scrim::test {

namespace fs = std::filesystem;

inline std::string bytes(const fs::path& path) {
  return read_file(path, 1 << 28);
}

inline SparseCoderSettings small_coder() {
  return {.channels_list = {1, 8, 8},
          .proj_filter_size = 4,
          .num_proj_channels = 32,
          .num_code_maps = 2,
          .k = 4,
          .patch_size = 32};
}

class SmallTasks : public PhantomSuite<48> {
 protected:
  static FilmSettings data() { return {.images = at("images"), .image_size = 32}; }
  static FilmLists lists() { return {at("splits/train.txt"), at("splits/test.txt")}; }
  static PairLists pairs() { return {at("pairs/train.txt"), at("pairs/test.txt")}; }
  static constexpr TrainingSettings two_epochs{
      .epochs = 2, .batch_size = 16, .checkpoint_every_steps = 2, .images_logged = 1};

  VerifierConfig verifier(const std::string& name) const {
    return {.data = data(),
            .lists = pairs(),
            .augmentation = {.shift = 0.05, .contrast = 0.1},
            .model = {.width = 4, .layers = {1, 1, 1, 1}, .embed = 8},
            .training = two_epochs,
            .optimizer = {.learning_rate = 1e-3},
            .folder = (folder / name).string()};
  }
  ClassifierConfig classifier(const std::string& name) const {
    return {.data = data(),
            .lists = lists(),
            .labels = at("labels.csv"),
            .model = {.growth = 4, .blocks = {1, 1, 1, 1}, .init_features = 8},
            .training = two_epochs,
            .optimizer = {.name = "sgd", .learning_rate = 0.05},
            .schedule = {.name = "plateau", .patience = 0},
            .folder = (folder / name).string()};
  }
  SegmenterConfig segmenter(const std::string& kind, const std::string& name) const {
    return {.data = {.images = at("images"), .image_size = 64},
            .lists = lists(),
            .masks = {at("masks/lungs"), at("masks/heart")},
            .landmarks = at("landmarks"),
            .model = {.kind = kind, .c = 2, .hybridgnet = {.latents = 16, .f = 8, .K = 3}},
            .training = two_epochs,
            .optimizer = {.learning_rate = 2e-3},
            .folder = (folder / (kind + name)).string()};
  }
  LesionNetworkConfig lesion_network(const std::string& name) const {
    return {.data = data(),
            .lists = lists(),
            .twins = at("twins"),
            .healthy = {at("images"), at("splits/train.txt"), at("labels.csv")},
            .init_features = 2,
            .training = two_epochs,
            .folder = (folder / name).string()};
  }
  /// The game, with judges that were trained for it.
  GameConfig game(const std::string& name) const {
    if (!fs::exists(folder / "v")) {
      run(verifier("v"), "v", false, quiet);
      run(classifier("c"), "c", false, quiet);
    }
    return {.data = data(),
            .lists = pairs(),
            .labels = at("labels.csv"),
            .masks = {.folders = {at("masks/lungs"), at("masks/heart")}},
            .generator = {method_settings<FlowField>({.init_features = 4, .mu = 0.05})},
            .verifier_weights = folder / "v/best.safetensors",
            .classifier_weights = folder / "c/best.safetensors",
            .training = two_epochs,
            .generator_optimizer = {.learning_rate = 1e-3},
            .verifier_optimizer = {.learning_rate = 1e-4},
            .folder = (folder / name).string()};
  }

  static void quiet(const TrainingProgress&) {}

  struct Stop {};
  /// Interrupts a run at several steps; it must end with the bytes of an undisturbed one.
  template <class Config>
  void expect_same_bytes_when_resumed(const Config& whole, const Config& parts,
                                      std::initializer_list<const char*> files) {
    run(whole, "x", false, quiet);
    for (const std::int64_t stop : {1, 3, 4, 1000}) {
      try {
        run(parts, "x", true, [&](const TrainingProgress& p) {
          if (p.step >= stop) throw Stop();
        });
      } catch (const Stop&) {
      }
    }
    for (const char* file : files)
      EXPECT_EQ(bytes(fs::path(whole.folder) / file), bytes(fs::path(parts.folder) / file)) << file;
  }

  template <class Config, class Change>
  void refuses(Config config, Change change, const std::string& key) {
    change(config);
    expect_contains(error_of([&] { check(config); }), key);
  }
};

}  // namespace scrim::test
