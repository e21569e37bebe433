#include "autograd/ops/relu.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

std::vector<OpCase> cases() {
  const auto run = [](const auto& in) { return relu(in[0]); };
  return {{"image", {{2, 3, 4, 5}}, run}, {"scalar", {Shape{}}, run}, {"longer_than_a_task", {{40001}}, run}};
}

OP_TEST(Relu, cases());

TEST(Relu, NanStaysNan) {
  const Tensor x = Tensor::from<float>({3}, {std::nanf(""), -1, 2});
  const Tensor y = relu(x).value();
  EXPECT_TRUE(std::isnan(y.data<float>()[0]));
  EXPECT_EQ(y.data<float>()[1], 0);
  EXPECT_EQ(y.data<float>()[2], 2);
}

TEST(Relu, GradientAtZeroIsZero) {
  Variable x = Variable::parameter(Tensor::from<float>({1}, {0}));
  backward(relu(x));
  EXPECT_EQ(x.gradient().item(), 0);
}

TEST(Relu, AgreesWithVectors) {
  check_vectors("relu", Layout::plain, [](VectorCall& c) { return relu(c.in["x"]); });
}

}  // namespace
}  // namespace scrim::test
