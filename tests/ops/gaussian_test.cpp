#include "autograd/ops/gaussian.h"

#include <gtest/gtest.h>

#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

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

TEST(Gaussian, AgreesWithVectors) {
  check_vectors("gaussian_smooth", Layout::images, [](VectorCall& c) {
    return gaussian(c.in["x"], {c.attrs["ksize"], c.attrs["sigma"], kernels::BorderMode::zeros});
  });
}

}  // namespace
}  // namespace scrim::test
