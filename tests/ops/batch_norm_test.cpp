#include "autograd/ops/batch_norm.h"

#include <gtest/gtest.h>

#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

OpCase norm(std::string name, Shape x, bool relu, NormStatistics statistics) {
  const std::int64_t channels = x[x.rank() - 1];
  OpCase c{
      std::move(name), {x, {channels}, {channels}}, [=](const auto& in) {
        Tensor mean = random_tensor({channels}, 7, -0.5, 0.5, wide_type(in[0].value().dtype()))
                          .to(in[0].value().device());
        Tensor variance =
            random_tensor({channels}, 8, 0.5, 2, wide_type(in[0].value().dtype())).to(in[0].value().device());
        return batch_norm(in[0], in[1], in[2], &mean, &variance, {.statistics = statistics, .relu = relu});
      }};
  c.tolerance = 1e-5;  // few values per channel: 1/sqrt(variance) enlarges what f32 rounds
  return c;
}

std::vector<OpCase> cases() {
  using enum NormStatistics;
  return {
      norm("batch", {2, 4, 5, 3}, false, batch),
      norm("batch_relu", {2, 4, 5, 3}, true, batch),
      norm("running", {2, 3, 3, 17}, false, running),
      norm("running_relu", {2, 3, 3, 17}, true, running),
      norm("one_channel", {3, 5, 7, 1}, true, batch),
      norm("matrix", {9, 4}, false, batch),
      norm("several_chunks", {1, 40, 30, 33}, true, batch),
  };
}

OP_TEST(BatchNorm, cases());

TEST(BatchNorm, UpdatesRunningStatisticsWithTheUnbiasedVariance) {
  const Variable x(Tensor::from<float>({4, 1}, {1, 2, 3, 6}));
  Tensor mean = Tensor::zeros({1}), variance = Tensor::full({1}, 1);
  batch_norm(x, Tensor::full({1}, 1), Tensor::zeros({1}), &mean, &variance, {});
  EXPECT_FLOAT_EQ(mean.item(), 0.3f);                              // 0.1 * 3
  EXPECT_FLOAT_EQ(variance.item(), 0.9f + 0.1f * (14.0f / 3.0f));  // squares 4+1+0+9 = 14, over 3
}

TEST(BatchNorm, RefusesOneValuePerChannelInTraining) {
  Tensor mean = Tensor::zeros({2}), variance = Tensor::full({2}, 1);
  EXPECT_THROW(
      batch_norm(Tensor::zeros({1, 1, 1, 2}), Tensor::zeros({2}), Tensor::zeros({2}), &mean, &variance, {}),
      Error);
}

TEST(BatchNorm, FarFromZeroLosesNothing) {
  // A mean of 1000 deviations: one pass over squares would cancel to nothing here.
  Tensor x = random_tensor({1, 64, 64, 2}, 3, 999, 1001);
  Tensor mean = Tensor::zeros({2}), variance = Tensor::full({2}, 1);
  batch_norm(x, Tensor::full({2}, 1), Tensor::zeros({2}), &mean, &variance, {.momentum = 1.0});
  EXPECT_NEAR(variance.data<float>()[0], 1.0 / 3, 0.01);
}

Variable normalized(VectorCall& c) {
  const auto mode = c.attrs["mode"].get<std::string>();
  Tensor mean, variance;
  if (mode != "batch_stats") {
    mean = c.in["running_mean"].value().clone();
    variance = c.in["running_var"].value().clone();
  }
  const Variable y =
      batch_norm(c.in["x"], c.in["weight"], c.in["bias"], mean.defined() ? &mean : nullptr,
                 mean.defined() ? &variance : nullptr,
                 {.statistics = mode == "eval" ? NormStatistics::running : NormStatistics::batch,
                  .epsilon = c.attrs["eps"],
                  .momentum = c.attrs["momentum"]});
  if (mode == "train") c.further = {{"running_mean_after", mean}, {"running_var_after", variance}};
  return y;
}

TEST(BatchNorm, AgreesWithVectors) {
  check_vectors("batch_norm", Layout::images, normalized);
}

}  // namespace
}  // namespace scrim::test
