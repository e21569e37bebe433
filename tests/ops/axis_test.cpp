// Ops along axes: softmax, top-k, gather, scatter, extremes, variance, instance norm, permute, slice, expand.
#include <gtest/gtest.h>

#include <cmath>

#include "autograd/ops/binary.h"
#include "autograd/ops/concat.h"
#include "autograd/ops/instance_norm.h"
#include "autograd/ops/permute.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/softmax.h"
#include "autograd/ops/top_k.h"
#include "kernels/dispatch.h"
#include "tests/support/op_check.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;
using kernels::Axes;

std::vector<OpCase> softmax_cases() {
  return {
      {"last_axis", {{3, 7}}, [](const In& in) { return softmax(in[0], 1); }, -4, 4},
      {"first_axis", {{5, 3}}, [](const In& in) { return softmax(in[0], 0); }},
      {"middle_axis", {{2, 5, 3, 2}}, [](const In& in) { return softmax(in[0], 1); }},
      {"one_element", {{4, 1}}, [](const In& in) { return softmax(in[0], 1); }},
      {"logarithm", {{3, 7}}, [](const In& in) { return log_softmax(in[0], 1); }, -4, 4},
      {"logarithm_of_images", {{2, 3, 37, 4}}, [](const In& in) { return log_softmax(in[0], 3); }},
  };
}
OP_TEST(Softmax, softmax_cases());

TEST(Softmax, DoesNotOverflow) {
  const Variable x(Tensor::from<float>({2}, {1000, -1000}));
  EXPECT_EQ(softmax(x, 0).value().data<float>()[0], 1);
  EXPECT_EQ(log_softmax(x, 0).value().data<float>()[1], -2000);
}

Tensor indices(const Shape& shape, std::vector<std::int64_t> values) {
  return Tensor::from<std::int64_t>(shape, values);
}

std::vector<OpCase> top_k_cases() {
  const Tensor repeated = indices({2, 4}, {1, 1, 0, 2, 2, 2, 2, 1});
  const Tensor places = indices({2, 2, 3}, {1, 4, 0, 3, 2, 2, 0, 1, 2, 4, 0, 3});
  return {
      {"last_axis", {{3, 11}}, [](const In& in) { return top_k(in[0], 1, 4).values; }},
      {"inner_axis", {{2, 3, 12, 2}}, [](const In& in) { return top_k(in[0], 2, 5).values; }},
      {"all_of_them", {{2, 6}}, [](const In& in) { return top_k(in[0], 1, 6).values; }},
      {"just_one", {{1, 70, 3}}, [](const In& in) { return top_k(in[0], 1, 1).values; }},
      {"gather_repeated", {{2, 3}}, [=](const In& in) { return gather(in[0], repeated, 1); }},
      {"scatter", {{2, 5, 3}, {2, 2, 3}}, [=](const In& in) { return scatter(in[0], places, in[1], 1); }},
  };
}
OP_TEST(TopK, top_k_cases());

TEST(TopK, EqualOnesComeInTheirOrderAndNanFirst) {
  const Tensor x = Tensor::from<float>({6}, {1, 3, 3, std::nanf(""), 3, 2});
  for (bool reference : {true, false}) {
    use_reference_kernels(reference);
    const scrim::TopK top = top_k(Variable(x), 0, 4);
    EXPECT_TRUE(same_bytes(top.indices, indices({4}, {3, 1, 2, 4})));
  }
  use_reference_kernels(false);
}

TEST(TopK, RefusesWhatIsNotThere) {
  EXPECT_THROW(top_k(Tensor::zeros({2, 3}), 1, 4), Error);
  EXPECT_THROW(top_k(Tensor::zeros({2, 3}), 2, 1), Error);
  EXPECT_THROW(gather(Tensor::zeros({3}), indices({1}, {3}), 0), Error);
  EXPECT_THROW(gather(Tensor::zeros({3}), indices({1}, {-1}), 0), Error);
}

std::vector<OpCase> reduce_cases() {
  return {
      {"largest_of_an_axis", {{3, 7}}, [](const In& in) { return largest(in[0], Axes::of({1})); }},
      {"expand",
       {{2, 1, 3}},
       [](const In& in) {
         return expand(in[0], {4, 2, 5, 3});
       }},
      {"maximum", {{2, 5}, {5}}, [](const In& in) { return maximum(in[0], in[1]); }},
      {"instance_norm", {{2, 3, 9}}, [](const In& in) { return instance_norm(in[0]); }},
      {"instance_norm_of_one", {{3, 1}}, [](const In& in) { return instance_norm(in[0]); }},
  };
}
OP_TEST(AxisReduce, reduce_cases());

TEST(AxisReduce, EqualLargestShareTheGradient) {
  Variable x = Variable::parameter(Tensor::from<float>({4}, {2, 5, 5, 1}));
  backward(largest(x, Axes::of({0})));
  EXPECT_TRUE(same_bytes(x.gradient(), Tensor::from<float>({4}, {0, 0.5f, 0.5f, 0})));
}

std::vector<OpCase> order_cases() {
  return {
      {"transpose",
       {{3, 5}},
       [](const In& in) {
         return permute(in[0], {1, 0});
       }},
      {"channels_first",
       {{2, 3, 4, 5}},
       [](const In& in) {
         return permute(in[0], {0, 3, 1, 2});
       }},
      {"six_axes",
       {{2, 1, 3, 2, 2, 2}},
       [](const In& in) {
         return permute(in[0], {5, 3, 0, 1, 4, 2});
       }},
      {"slice_of_a_middle_axis", {{2, 7, 3}}, [](const In& in) { return slice(in[0], 1, 2, 4); }},
      {"slice_to_the_end", {{5, 2}}, [](const In& in) { return slice(in[0], 0, 3, 2); }},
      {"patches_that_divide", {{2, 4, 6, 3}}, [](const In& in) { return patches_from_images(in[0], 2); }},
      {"patches_mirrored", {{1, 5, 7, 2}}, [](const In& in) { return patches_from_images(in[0], 4); }},
      {"images", {{6, 3, 3, 2}}, [](const In& in) { return images_from_patches(in[0], 5, 8); }},
  };
}
OP_TEST(Order, order_cases());

TEST(Order, PatchesComeBackAsTheImage) {
  for (const Shape& shape : {Shape{2, 12, 8, 1}, Shape{1, 9, 11, 3}}) {
    const Tensor x = random_tensor(shape, 3);
    const Variable back = images_from_patches(patches_from_images(Variable(x), 4), shape[1], shape[2]);
    EXPECT_TRUE(same_bytes(back.value(), x)) << shape.str();
  }
}

TEST(Order, RefusesAxesNamedTwice) {
  EXPECT_THROW(permute(Tensor::zeros({2, 3}), {0, 0}), Error);
  EXPECT_THROW(permute(Tensor::zeros({2, 3}), {0}), Error);
}

}  // namespace
}  // namespace scrim::test
