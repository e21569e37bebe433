#include "autograd/ops/grid_sample.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "autograd/ops/binary.h"
#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

OpCase sampled(std::string name, kernels::GridSampleOptions o, double reach) {
  OpCase c{std::move(name), {{2, 5, 6, 3}, {2, 4, 7, 2}}, [=](const In& in) {
             return grid_sample(in[0], scale(in[1], reach), o);
           }};
  c.tolerance = 5e-6;
  return c;
}
std::vector<OpCase> grid_sample_cases() {
  using enum kernels::SamplePadding;
  return {
      sampled("zeros_aligned", {zeros, true}, 1.3),   sampled("zeros", {zeros, false}, 1.3),
      sampled("border_aligned", {border, true}, 1.3), sampled("border", {border, false}, 1.3),
      sampled("far_outside", {zeros, true}, 40),
  };
}
OP_TEST(GridSample, grid_sample_cases());

TEST(GridSample, NanAndInfinityInTheGridAreSafe) {
  const Tensor x = Tensor::full({1, 3, 3, 1}, 2);
  const float nan = std::nanf(""), infinity = std::numeric_limits<float>::infinity();
  const Tensor grid = Tensor::from<float>({1, 1, 3, 2}, {nan, 0, infinity, 0, 1e30f, -1e30f});
  const Tensor y = grid_sample(x, grid, {kernels::SamplePadding::zeros, true}).value();
  EXPECT_TRUE(std::isnan(y.data<float>()[0]));
  EXPECT_EQ(y.data<float>()[1], 0);
  EXPECT_EQ(y.data<float>()[2], 0);
}

TEST(GridSample, AgreesWithVectors) {
  check_vectors("grid_sample", Layout::images, [](VectorCall& c) {
    using enum kernels::SamplePadding;
    return grid_sample(
        c.in["x"], c.in["grid"],
        {c.attrs["padding_mode"] == "zeros" ? zeros : border, c.attrs["align_corners"].get<bool>()});
  });
}

}  // namespace
}  // namespace scrim::test
