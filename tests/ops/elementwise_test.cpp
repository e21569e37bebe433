// The functions of autograd/unary.h and autograd/binary.h, dropout and the sums over axes.
#include <gtest/gtest.h>

#include <cmath>

#include "autograd/ops/binary.h"
#include "autograd/ops/dropout.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/unary.h"
#include "kernels/dropout/dropout.h"
#include "tests/support/op_check.h"

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
      {"longer_than_a_task", {{3, 9001}, {9001}}, [](const In& in) { return in[0] * in[1]; }},
      {"subtract", {{2, 3}, {2, 3}}, [](const In& in) { return in[0] - in[1]; }},
      {"divide_alike", {{2, 3}, {2, 3}}, [](const In& in) { return in[0] / in[1]; }, 0.5, 2},
      {"maximum_alike", {{4, 3}, {4, 3}}, [](const In& in) { return maximum(in[0], in[1]); }},
      {"of_two_types", {{5}}, [](const In& in) { return in[0] * sigmoid(in[0]); }},
  });
}
OP_TEST(Binary, binary_cases());

std::vector<OpCase> reduce_cases() {
  using kernels::Axes;
  return {
      {"sum_of_all", {{2, 3, 4}}, [](const In& in) { return sum(in[0], Axes::all(in[0].shape())); }},
      {"sum_of_first", {{2, 3, 4}}, [](const In& in) { return sum(in[0], Axes::of({0})); }},
      {"sum_of_outer_kept",
       {{2, 3, 4}},
       [](const In& in) {
         return sum(in[0], Axes::of({0, 2}), true);
       }},
      {"mean_of_last", {{2, 3, 4}}, [](const In& in) { return mean(in[0], Axes::of({2})); }},
      {"mean_of_all", {{5, 4}}, [](const In& in) { return mean(in[0]); }},
      {"global_avg_pool2d", {{2, 3, 5, 4}}, [](const In& in) { return global_avg_pool2d(in[0]); }},
      {"reshape",
       {{2, 6}},
       [](const In& in) {
         return reshape(in[0], {3, 4});
       }},
  };
}
OP_TEST(Reduce, reduce_cases());

std::vector<OpCase> dropout_cases() {
  return {
      {"given_mask",
       {{3, 4, 5}},
       [](const In& in) {
         Tensor keep = Tensor::full({3, 4, 5}, 1, DType::boolean);
         for (std::size_t i = 0; i < 60; i += 3) keep.mutable_data<bool>()[i] = false;
         return dropout(in[0], keep, 0.25);
       }},
      {"whole_channels",
       {{2, 3, 3, 4}},
       [](const In& in) {
         return dropout(in[0],
                        Tensor::from<bool>({2, 1, 1, 4}, {true, false, true, true, false, true, true, false}),
                        0.5);
       }},
      {"seeded", {{7, 9}}, [](const In& in) { return dropout(in[0], Random(5), 0.4); }},
  };
}
OP_TEST(Dropout, dropout_cases());

TEST(Dropout, DrawsItsProbabilityAndRepeats) {
  Tensor mask = Tensor::empty({100000}, DType::boolean), again = Tensor::empty({100000}, DType::boolean);
  kernels::dropout_mask(Random(1, "dropout"), 0.3, mask.mutable_view());
  kernels::dropout_mask(Random(1, "dropout"), 0.3, again.mutable_view());
  double kept = 0;
  for (bool keep : mask.data<bool>()) kept += keep;
  EXPECT_NEAR(kept / 100000, 0.7, 0.006);  // four standard deviations
  EXPECT_TRUE(same_bytes(mask, again));
  EXPECT_THROW(dropout(Tensor::zeros({2}), Random(1), 1.0), Error);
}

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

TEST(Binary, SaysWhichShapesDoNotFit) {
  try {
    add(Tensor::zeros({2, 3}), Tensor::zeros({4}));
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "[broadcast] [2, 3] and [4] do not fit together");
  }
}

}  // namespace
}  // namespace scrim::test
