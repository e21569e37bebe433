// Pooling, concat, resize, grid_sample, gaussian: ops that move pixels.
#include <gtest/gtest.h>

#include <cmath>

#include "autograd/ops/binary.h"
#include "autograd/ops/concat.h"
#include "autograd/ops/gaussian.h"
#include "autograd/ops/grid_sample.h"
#include "autograd/ops/pool.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/resize.h"
#include "autograd/ops/unary.h"
#include "tests/support/op_check.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

OpCase max_pool(std::string name, Shape x, kernels::PoolOptions o) {
  return {std::move(name), {x}, [o](const In& in) { return max_pool2d(in[0], o); }};
}
OpCase avg_pool(std::string name, Shape x, kernels::PoolOptions o) {
  return {std::move(name), {x}, [o](const In& in) { return avg_pool2d(in[0], o); }};
}
std::vector<OpCase> pool_cases() {
  return {
      max_pool("max_halving", {2, 6, 8, 5}, {2, 2, 0}),
      max_pool("max_odd_size", {3, 7, 5, 3}, {2, 2, 0}),
      max_pool("max_overlapping", {2, 7, 6, 19}, {3, 2, 1}),
      max_pool("max_stride_one", {1, 5, 5, 2}, {3, 1, 1}),
      max_pool("max_stride_beyond_kernel", {2, 8, 9, 2}, {2, 3, 0}),
      avg_pool("avg_halving", {2, 6, 8, 5}, {2, 2, 0}),
      avg_pool("avg_overlapping", {2, 7, 6, 3}, {3, 2, 1}),
  };
}
OP_TEST(Pool, pool_cases());

TEST(Pool, FirstMaximumTakesTheGradient) {
  Variable x = Variable::parameter(Tensor::full({1, 2, 2, 1}, 3));
  backward(reshape(max_pool2d(x, {2, 2, 0}), {}));
  EXPECT_EQ(x.gradient().data<float>()[0], 1);
  for (std::size_t i : {1, 2, 3}) EXPECT_EQ(x.gradient().data<float>()[i], 0);
}

TEST(Pool, NanWins) {
  for (std::size_t place : {0, 3}) {
    Tensor x = Tensor::full({1, 2, 2, 1}, 3);
    x.mutable_data<float>()[place] = std::nanf("");
    EXPECT_TRUE(std::isnan(max_pool2d(x, {2, 2, 0}).value().data<float>()[0])) << place;
  }
}

std::vector<OpCase> concat_cases() {
  return of_activations({
      {"channels",
       {{2, 3, 4, 5}, {2, 3, 4, 2}},
       [](const In& in) {
         return concat({in[0], in[1]}, 3);
       }},
      {"three_parts", {{1, 2, 2, 1}, {1, 2, 2, 3}, {1, 2, 2, 2}}, [](const In& in) { return concat(in, 3); }},
      {"first_axis", {{2, 3}, {1, 3}}, [](const In& in) { return concat(in, 0); }},
      {"used_twice",
       {{2, 3}},
       [](const In& in) {
         return concat({in[0], in[0]}, 1);
       }},
      {"of_two_types",
       {{2, 3}},
       [](const In& in) {
         return concat({sigmoid(in[0]), in[0]}, 1);
       }},
  });
}
OP_TEST(Concat, concat_cases());

OpCase resized(std::string name, Shape x, std::int64_t h, std::int64_t w, kernels::ResizeOptions o) {
  return {std::move(name), {x}, [=](const In& in) { return resize(in[0], h, w, o); }};
}
std::vector<OpCase> resize_cases() {
  using enum kernels::ResizeMode;
  return {
      resized("bilinear_up", {2, 3, 4, 2}, 7, 8, {bilinear, false}),
      resized("bilinear_up_aligned", {2, 3, 4, 2}, 7, 8, {bilinear, true}),
      resized("bilinear_down", {1, 9, 8, 3}, 4, 3, {bilinear, false}),
      resized("bilinear_down_aligned", {1, 9, 8, 3}, 4, 3, {bilinear, true}),
      resized("bilinear_from_one_pixel", {1, 1, 1, 2}, 3, 2, {bilinear, true}),
      resized("bilinear_to_one_pixel", {1, 5, 4, 2}, 1, 1, {bilinear, true}),
      resized("nearest_up", {1, 3, 4, 2}, 8, 6, {nearest, false}),
      resized("nearest_down", {1, 7, 9, 2}, 3, 4, {nearest, false}),
      resized("antialiased_down", {1, 12, 9, 2}, 5, 3, {antialiased, false}),
      resized("antialiased_up", {1, 3, 4, 1}, 7, 6, {antialiased, false}),
  };
}
OP_TEST(Resize, resize_cases());

TEST(Resize, AntialiasedIsPillowsBilinear) {
  // Pillow 13.0.0: Image.fromarray(float32 row).resize((3, 1), BILINEAR)
  const Tensor x = Tensor::from<float>({1, 1, 7, 1}, {0, 1, 4, 9, 16, 25, 36});
  const Tensor y = resize(x, 1, 3, {kernels::ResizeMode::antialiased}).value();
  const float expected[] = {1.2857143f, 9.941176f, 27.0f};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(y.data<float>()[i], expected[i], 1e-4) << i;
}

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

OpCase smoothed(std::string name, Shape x, kernels::GaussianOptions o) {
  return {std::move(name), {x}, [o](const In& in) { return gaussian(in[0], o); }};
}
std::vector<OpCase> gaussian_cases() {
  using enum kernels::BorderMode;
  return {
      smoothed("zeros", {2, 11, 12, 2}, {9, 2, zeros}),
      smoothed("replicate", {2, 11, 12, 2}, {9, 2, replicate}),
      smoothed("window_larger_than_image", {1, 3, 2, 1}, {9, 2, zeros}),
      smoothed("window_larger_than_image_replicate", {1, 3, 2, 3}, {9, 2, replicate}),
      smoothed("narrow", {1, 5, 5, 1}, {3, 0.7, replicate}),
  };
}
OP_TEST(Gaussian, gaussian_cases());

TEST(Gaussian, ReplicatedBordersKeepAConstant) {
  const Tensor y = gaussian(Tensor::full({1, 6, 7, 2}, 0.25), {9, 2, kernels::BorderMode::replicate}).value();
  for (float value : y.data<float>()) EXPECT_NEAR(value, 0.25f, 1e-7);
}

}  // namespace
}  // namespace scrim::test
