// Training of the sparse coder on a small phantom cohort; films in patches; the published clamp and skip rules.
#include <gtest/gtest.h>

#include "autograd/ops/loss.h"
#include "base/atomic_file.h"
#include "films/patches.h"
#include "layers/linear.h"
#include "tensor/compute_device.h"
#include "tests/support/errors.h"
#include "tests/support/op_check.h"
#include "tests/support/phantom_suite.h"
#include "tests/training/small_tasks.h"
#include "training/loop/learner.h"
#include "training/tasks/train_sparse_coder.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

class SparseCoder : public PhantomSuite<16> {
 protected:
  SparseCoderConfig config(const std::string& name) const {
    return {.data = {.images = at("images"), .image_size = 64},
            .lists = {at("splits/train.txt"), at("splits/test.txt")},
            .model = small_coder(),
            .signs = 0.5,
            .patches_per_film = 3,
            .training = {.epochs = 2, .batch_size = 4, .checkpoint_every_steps = 1, .images_logged = 1},
            .optimizer = {.learning_rate = 2e-3},
            .folder = (folder / name).string()};
  }

  struct Stop {};
  static void quiet(const TrainingProgress&) {}
};

TEST_F(SparseCoder, LearnsAndSaysWhatItIs) {
  auto longer = config("run");
  longer.training.epochs = 40;
  double first = 0, last = 0;
  const auto result = run(longer, "x", false, [&](const TrainingProgress& p) {
    if (!p.valid_loss) return;
    if (first == 0) first = *p.valid_loss;
    last = *p.valid_loss;
  });
  EXPECT_LT(last, 0.5 * first);
  const LoadedCoder loaded = load_sparse_coder(result.weights);
  EXPECT_EQ(loaded.settings.patch_size, 32);
  EXPECT_EQ(loaded.settings.k, 4);
  EXPECT_EQ(loaded.network->options().num_proj_channels, 32);
  const std::string events = read_file(folder / "run/events.out.tfevents.1", 1 << 26);
  for (const char* tag : {"best_signs_loss/valid", "model.num_proj_channels", "original/0", "output/0"})
    expect_contains(events, tag);
}

TEST_F(SparseCoder, ResumesToTheSameBytes) {
  run(config("whole"), "x", false, quiet);
  for (const std::int64_t stop : {1, 3, 4, 1000}) {
    try {
      run(config("parts"), "x", true, [&](const TrainingProgress& p) {
        if (p.step >= stop) throw Stop();
      });
    } catch (const Stop&) {
    }
  }
  for (const char* file :
       {"metrics.csv", "checkpoint.safetensors", "best.safetensors", "weights.safetensors"})
    EXPECT_EQ(read_file(folder / "whole" / file, 1 << 26), read_file(folder / "parts" / file, 1 << 26))
        << file;
}

TEST_F(SparseCoder, ConfigurationsAreChecked) {
  check(config("x"));
  const auto refuses = [&](const std::function<void(SparseCoderConfig&)>& change, const std::string& key) {
    SparseCoderConfig changed = config("x");
    change(changed);
    expect_contains(error_of([&] { check(changed); }), key);
  };
  refuses([](auto& c) { c.model.k = 17; }, "model.k is 17, expected 1 to 16");
  refuses([](auto& c) { c.model.channels_list = {1, 8}; }, "model.channels_list");
  refuses([](auto& c) { c.model.channels_list = {3, 8, 8}; }, "model.channels_list");
  refuses([](auto& c) { c.model.sampling_ratio_list = {}; }, "model.sampling_ratio_list");
  refuses([](auto& c) { c.model.patch_size = 30; }, "model.patch_size");
  refuses([](auto& c) { c.model.patch_size = 12; }, "model.patch_size");
  refuses([](auto& c) { c.model.proj_filter_size = 6; }, "model.proj_filter_size");
  refuses([](auto& c) { c.model.beta_momentum = 0; }, "model.beta_momentum");
  refuses([](auto& c) { c.model.dropout = 1; }, "model.dropout");
  refuses([](auto& c) { c.data.image_size = 16; }, "data.image_size");
  refuses([](auto& c) { c.signs = 1.5; }, "training.signs");
}

/// The value of a sign is the mean of its map's betas over the first k ranks; quantized() keeps the ranks apart.
TEST(SignsAlone, StandForTheMeanOverRanks) {
  SparseTernaryCoder coder({.sampling_ratio_list = {2},
                            .channels_list = {1, 4},
                            .proj_filter_size = 4,
                            .num_proj_channels = 8,
                            .num_code_maps = 2,
                            .k = 3},
                           Initializer(1));
  State state = coder.state();
  // Rank by rank, two maps each: map 0 has 1, 3, 5; map 1 has 2, 4, 6.
  state["decoder.conv_deindexer.beta_pos"] = Tensor::from<float>({6}, {1, 2, 3, 4, 5, 6});
  state["decoder.conv_deindexer.beta_neg"] = Tensor::from<float>({6}, {-1, -2, -3, -4, -5, -9});
  coder.load_state(state);
  coder.set_training(false);
  const NoGradient no_gradient;
  const TernaryCode code = coder.encode(Variable(Tensor::full({1, 8, 8, 1}, 0.5)));
  const auto at = [](const Variable& x, std::size_t index) { return x.value().data<float>()[index]; };
  const TernaryCode alone = coder.signs_alone(code), ranked = coder.quantized(code);
  for (std::size_t rank = 0; rank < 3; ++rank) {
    EXPECT_EQ(at(alone.positive, 2 * rank), 3);
    EXPECT_EQ(at(alone.positive, 2 * rank + 1), 4);
    EXPECT_EQ(at(alone.negative, 2 * rank), -3);
    EXPECT_EQ(at(alone.negative, 2 * rank + 1), -5);
    EXPECT_EQ(at(ranked.positive, 2 * rank), float(1 + 2 * rank));
    EXPECT_EQ(at(ranked.negative, 2 * rank + 1), rank == 2 ? -9 : -2 - 2 * float(rank));
  }
  coder.set_k(2);
  const TernaryCode fewer = coder.signs_alone(coder.encode(Variable(Tensor::full({1, 8, 8, 1}, 0.5))));
  EXPECT_EQ(at(fewer.positive, 0), 2);
  EXPECT_EQ(at(fewer.negative, 1), -3);
  coder.set_k(4);
  expect_contains(error_of([&] {
                    coder.signs_alone(coder.encode(Variable(Tensor::full({1, 8, 8, 1}, 0.5))));
                  }),
                  "has betas for k up to 3");
}

TEST_F(SparseCoder, LearnsFromSignsAloneToo) {
  auto signs = config("signs");
  signs.signs = 1;
  signs.training.epochs = 40;
  double first = 0, last = 0;
  run(signs, "x", false, [&](const TrainingProgress& p) {
    if (!p.valid_loss) return;
    if (first == 0) first = *p.valid_loss;
    last = *p.valid_loss;
  });
  EXPECT_LT(last, 0.5 * first);
  // The signs' values are constants: without the straight-through gradient the encoder would stay as it began.
  const State begun = build(signs.model, Initializer(1))->state(),
              learned = read_safetensors(folder / "signs/weights.safetensors").tensors;
  const std::string name = "encoder.conv_channel.weight";
  EXPECT_FALSE(std::equal(begun.at(name).data<float>().begin(), begun.at(name).data<float>().end(),
                          learned.at(name).data<float>().begin()));
}

TEST(StraightThrough, ShowsTheOneAndTeachesTheOther) {
  Variable to = Variable::parameter(Tensor::from<float>({2}, {1, -4}));
  const Variable from(Tensor::from<float>({2}, {3, -2}));
  const Variable y = straight_through(to, from);
  EXPECT_EQ(y.value().data<float>()[0], 3);
  EXPECT_EQ(y.value().data<float>()[1], -2);
  backward(mse(y, Variable(Tensor::zeros({2}))));
  EXPECT_EQ(to.gradient().data<float>()[0], 3);  // 2 y / 2
  EXPECT_EQ(to.gradient().data<float>()[1], -2);
}

/// The published loop counts from 1 and clamps wide while the count is below 100.
TEST(SparseCoderRules, TheClampNarrowsAfter99Steps) {
  EXPECT_EQ(clamp_limit(0), 2);
  EXPECT_EQ(clamp_limit(98), 2);
  EXPECT_EQ(clamp_limit(99), 1);
}

/// The published rule: a step whose loss is above 5 moves no weight.
TEST(LearnerSkips, LeavesTheWeightsWhenTheLossIsTooHigh) {
  Linear line(3, 1, Initializer(1));
  Learner learner("line", line, {.learning_rate = 0.1});
  const Variable x(to_compute_device(Tensor::full({2, 3}, 10))),
      far(to_compute_device(Tensor::full({2, 1}, 1000)));
  const Tensor before = line.state().at("weight");
  const auto equal = [&] { return same_bytes(line.state().at("weight"), before); };
  EXPECT_GT(learner.update([&] { return mse(line(x), far); }, 5), 5);
  EXPECT_TRUE(equal());
  learner.update([&] { return mse(line(x), far); });
  EXPECT_FALSE(equal());
}

}  // namespace
}  // namespace scrim::test
