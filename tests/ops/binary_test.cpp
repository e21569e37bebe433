#include "autograd/ops/binary.h"

#include <gtest/gtest.h>

#include "autograd/ops/unary.h"
#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

std::vector<OpCase> binary_cases() {
  return of_activations({
      {"add", {{2, 3, 4}, {2, 3, 4}}, [](const In& in) { return in[0] + in[1]; }},
      {"add_channel_bias", {{2, 3, 4, 5}, {5}}, [](const In& in) { return in[0] + in[1]; }},
      {"subtract_row_from_column", {{4, 1}, {1, 3}}, [](const In& in) { return in[0] - in[1]; }},
      {"multiply_by_scalar", {{3, 4}, Shape{}}, [](const In& in) { return in[0] * in[1]; }},
      {"multiply_middle_axis", {{2, 1, 3}, {2, 4, 1}}, [](const In& in) { return in[0] * in[1]; }},
      {"one_image_for_all", {{2, 3, 4, 2}, {1, 3, 4, 2}}, [](const In& in) { return in[0] - in[1]; }},
      {"missing_outer_axes", {{2, 3, 4, 2}, {4, 2}}, [](const In& in) { return in[1] * in[0]; }},
      {"divide", {{5, 3}, {3}}, [](const In& in) { return in[0] / in[1]; }, 0.5, 2},
      {"same_tensor_twice", {{6}}, [](const In& in) { return in[0] * in[0] + in[0]; }},
      {"scale", {{6}}, [](const In& in) { return scale(in[0], -2.5); }},
      {"maximum", {{2, 5}, {5}}, [](const In& in) { return maximum(in[0], in[1]); }},
      {"longer_than_a_task", {{3, 9001}, {9001}}, [](const In& in) { return in[0] * in[1]; }},
      {"subtract", {{2, 3}, {2, 3}}, [](const In& in) { return in[0] - in[1]; }},
      {"divide_alike", {{2, 3}, {2, 3}}, [](const In& in) { return in[0] / in[1]; }, 0.5, 2},
      {"maximum_alike", {{4, 3}, {4, 3}}, [](const In& in) { return maximum(in[0], in[1]); }},
      {"of_two_types", {{5}}, [](const In& in) { return in[0] * sigmoid(in[0]); }},
  });
}
OP_TEST(Binary, binary_cases());

TEST(Binary, SaysWhichShapesDoNotFit) {
  try {
    add(Tensor::zeros({2, 3}), Tensor::zeros({4}));
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "[broadcast] [2, 3] and [4] do not fit together");
  }
}

TEST(Binary, AgreesWithVectors) {
  check_vectors("add", Layout::plain, [](VectorCall& c) { return c.in["a"] + c.in["b"]; });
  check_vectors("sub", Layout::plain, [](VectorCall& c) { return c.in["a"] - c.in["b"]; });
  check_vectors("mul", Layout::plain, [](VectorCall& c) { return c.in["a"] * c.in["b"]; });
  check_vectors("div", Layout::plain, [](VectorCall& c) { return c.in["a"] / c.in["b"]; });
  check_vectors("maximum", Layout::plain, [](VectorCall& c) { return maximum(c.in["a"], c.in["b"]); });
  check_vectors("lerp_mask", Layout::plain, [](VectorCall& c) {
    const Variable one(c.in["m"].value().full_like({}, 1));
    return c.in["m"] * c.in["a"] + (one - c.in["m"]) * c.in["b"];
  });
}

}  // namespace
}  // namespace scrim::test
