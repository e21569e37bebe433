#include <gtest/gtest.h>

#include <cmath>

#include "evaluation/restorers/averaging.h"
#include "evaluation/restorers/inverse_warp.h"
#include "evaluation/restorers/learned_restorer.h"
#include "measures/image_quality.h"
#include "models/warp.h"
#include "tests/support/phantom_suite.h"
#include "training/tasks/train_restorer.h"

namespace scrim::test {
namespace {

class Restorers : public PhantomSuite<48> {
 protected:
  static FilmSet films(const char* list) {
    return FilmSet(at("images"), film_names(at("images"), at(list)), {.image_size = 64});
  }
  static double mean_psnr(const FilmSet& real, const FilmSet& other) {
    double sum = 0;
    for (std::int64_t i = 0; i < real.count(); ++i) sum += psnr(real.image(i), other.image(i));
    return sum / double(real.count());
  }
  /// A flow field that nobody trained, strong enough to see.
  ReleaseSettings flow() const {
    FlowAnonymizer network({4, {0.1, WarpOperator::corrected}}, Initializer(1));
    Facts facts = facts_of(GeneratorSettings{method_settings<FlowField>({.init_features = 4, .mu = 0.1})});
    facts["image_size"] = "64";
    write_safetensors(folder / "flow.safetensors", {network.generator.state(), facts});
    return {method_settings<FlowField>({}), folder / "flow.safetensors"};
  }
};

TEST(InverseDisplacement, UndoesASmoothWarp) {
  constexpr std::int64_t side = 48;
  Tensor d = Tensor::empty({1, side, side, 2});
  for (std::int64_t row = 0; row < side; ++row)
    for (std::int64_t column = 0; column < side; ++column)
      for (int channel = 0; channel < 2; ++channel)
        d.mutable_data<float>()[std::size_t((row * side + column) * 2 + channel)] =
            float(0.05 * std::sin(0.2 * double(row) + channel) * std::cos(0.15 * double(column)));
  const Tensor v = inverse_displacement(d, 40);
  // v(q) + d(q + v(q)) = 0 at every q.
  const NoGradient no_gradient;
  const Tensor there = warp_by(Variable(d), Variable(v)).value();
  for (std::size_t i = 0; i < v.data<float>().size(); ++i)
    ASSERT_NEAR(v.data<float>()[i], -there.data<float>()[i], 1e-6) << i;
}

TEST_F(Restorers, TheInverseWarpComesNearerToTheFilm) {
  Releaser releaser(flow(), {}, 1);
  ASSERT_TRUE(releaser.method().moves_pixels());
  const FilmSet real = films("splits/test.txt"), released = releaser.release(real);
  const FilmSet restored = InverseWarp(releaser).restored(real, released, 0);
  EXPECT_GT(mean_psnr(real, restored), mean_psnr(real, released) + 3);
}

// Organs that a method keeps never moved: undoing the warp must leave them.
TEST_F(Restorers, TheInverseWarpLeavesKeptOrgans) {
  FlowAnonymizer network({4, {0.1, WarpOperator::corrected}, Protection::blend}, Initializer(1));
  Facts facts = facts_of(
      GeneratorSettings{method_settings<FlowField>({.init_features = 4, .mu = 0.1, .protection = "blend"})});
  facts["image_size"] = "64";
  write_safetensors(folder / "kept.safetensors", {network.generator.state(), facts});
  Releaser releaser({method_settings<FlowField>({}), folder / "kept.safetensors"}, {{at("masks/lungs")}, 0},
                    1);
  const FilmSet real = films("splits/test.txt"), released = releaser.release(real);
  const FilmSet restored = InverseWarp(releaser).restored(real, released, 0);
  const FilmSet masks(at("masks/lungs"), real.names(), {.image_size = 64});
  double moved = 0, lungs = 0;
  for (std::int64_t i = 0; i < real.count(); ++i) {
    const GrayImage a = real.image(i), b = restored.image(i), mask = masks.image(i);
    for (std::size_t p = 0; p < a.pixels.size(); ++p)
      if (mask.pixels[p] == 255) {
        ++lungs;
        moved += std::abs(int(a.pixels[p]) - int(b.pixels[p])) > 2;
      }
  }
  ASSERT_GT(lungs, 0);
  EXPECT_LT(moved / lungs, 0.01);
  EXPECT_GT(mean_psnr(real, restored), mean_psnr(real, released));
}

TEST_F(Restorers, AveragesOfOtherDrawsDiffer) {
  const Releaser releaser({method_settings<Pixelization>({.cell = 2}), ""}, {}, 1);
  const FilmSet real = films("splits/test.txt"), released = releaser.release(real);
  const Averaging averaging(releaser, 3);
  EXPECT_EQ(averaging.restored(real, released, 0).fingerprint(0),
            averaging.restored(real, released, 0).fingerprint(0));
  EXPECT_NE(averaging.restored(real, released, 0).fingerprint(0),
            averaging.restored(real, released, 1).fingerprint(0));
  EXPECT_EQ(Averaging(releaser, 1).restored(real, released, 0).fingerprint(0), released.fingerprint(0));
}

TEST_F(Restorers, ANetworkLearnsToUndoAMethod) {
  const Releaser releaser({method_settings<Pixelization>({.cell = 1, .pixels = 1, .epsilon = 5}), ""}, {}, 1);
  const FilmSet real = films("splits/train.txt"), released = releaser.release(real);
  RestorerTraining settings{
      .image_size = 64, .training = {.epochs = 40, .batch_size = 4}, .folder = folder / "r"};
  settings.model.init_features = 4;
  settings.optimizer.learning_rate = 3e-3;
  const ReleasedPairs pairs{released, real, {}};
  const auto result = train_restorer(settings, pairs, nullptr, "x", false, [](const TrainingProgress&) {});
  const FilmSet test = films("splits/test.txt"), of_test = releaser.release(test);
  const LearnedRestorer restorer(result.weights, {real.count(), result.steps, 0});
  EXPECT_GT(mean_psnr(test, restorer.restored(test, of_test, 0)), mean_psnr(test, of_test) + 3);
}

}  // namespace
}  // namespace scrim::test
