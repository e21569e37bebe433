#include "autograd/ops/unary.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/ops/binary.h"
#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

std::vector<OpCase> unary_cases() {
  return {
      {"leaky_relu", {{3, 7}}, [](const In& in) { return leaky_relu(in[0], 0.2); }},
      {"sigmoid", {{2, 5, 3}}, [](const In& in) { return sigmoid(in[0]); }, -8, 8},
      {"tanh", {{2, 5, 3}}, [](const In& in) { return tanh(in[0]); }, -3, 3},
      {"exp", {{17}}, [](const In& in) { return exp(in[0]); }},
      {"log", {{17}}, [](const In& in) { return log(in[0]); }, 0.1, 3},
      {"abs", {{17}}, [](const In& in) { return abs(in[0]); }},
      {"clamp", {{33}}, [](const In& in) { return clamp(in[0], -0.3, 0.4); }},
      {"negate", {{5}}, [](const In& in) { return negate(in[0]); }},
      {"softplus", {{19}}, [](const In& in) { return softplus(in[0]); }, -6, 6},
      {"sqrt", {{19}}, [](const In& in) { return sqrt(in[0]); }, 0.2, 4},
      {"longer_than_a_task", {{9001}}, [](const In& in) { return sigmoid(in[0]); }},
  };
}
OP_TEST(Unary, unary_cases());

TEST(Unary, NanStaysNan) {
  const Variable x(Tensor::from<float>({1}, {std::nanf("")}));
  for (const Variable& y : {leaky_relu(x), sigmoid(x), tanh(x), exp(x), log(x), abs(x), clamp(x, 0, 1),
                            negate(x), softplus(x), sqrt(x)})
    EXPECT_TRUE(std::isnan(y.value().data<float>()[0]));
}

TEST(Unary, SaturatesWithoutOverflow) {
  const Variable x(Tensor::from<float>({2}, {-200, 200}));
  EXPECT_EQ(sigmoid(x).value().data<float>()[0], 0);
  EXPECT_EQ(sigmoid(x).value().data<float>()[1], 1);
  EXPECT_EQ(softplus(x).value().data<float>()[0], 0);
  EXPECT_EQ(softplus(x).value().data<float>()[1], 200);
}

Variable one_like(const Variable& x) {
  return x.value().full_like({}, 1);
}

TEST(Unary, AgreesWithVectors) {
  check_vectors("leaky_relu", Layout::plain, [](VectorCall& c) { return leaky_relu(c.in["x"], 0.01); });
  check_vectors("leaky_relu_02", Layout::plain, [](VectorCall& c) { return leaky_relu(c.in["x"], 0.2); });
  check_vectors("sigmoid", Layout::plain, [](VectorCall& c) { return sigmoid(c.in["x"]); });
  check_vectors("tanh", Layout::plain, [](VectorCall& c) { return tanh(c.in["x"]); });
  check_vectors("softplus", Layout::plain, [](VectorCall& c) { return softplus(c.in["x"]); });
  check_vectors("exp", Layout::plain, [](VectorCall& c) { return exp(c.in["x"]); });
  check_vectors("log", Layout::plain, [](VectorCall& c) { return log(c.in["x"]); });
  check_vectors("sqrt", Layout::plain, [](VectorCall& c) { return sqrt(c.in["x"]); });
  check_vectors("abs", Layout::plain, [](VectorCall& c) { return abs(c.in["x"]); });
  check_vectors("clamp01", Layout::plain, [](VectorCall& c) { return clamp(c.in["x"], 0, 1); });
  check_vectors("neg", Layout::plain, [](VectorCall& c) { return negate(c.in["x"]); });
  // What other sets name, put together from ops.
  check_vectors("rsqrt", Layout::plain, [](VectorCall& c) { return one_like(c.in["x"]) / sqrt(c.in["x"]); });
  check_vectors("reciprocal", Layout::plain, [](VectorCall& c) { return one_like(c.in["x"]) / c.in["x"]; });
  check_vectors("pow", Layout::plain,
                [](VectorCall& c) { return exp(scale(log(c.in["x"]), c.attrs["exponent"])); });
}

}  // namespace
}  // namespace scrim::test
