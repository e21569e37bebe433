#include "autograd/ops/reduce.h"

#include <gtest/gtest.h>

#include "autograd/ops/binary.h"
#include "autograd/ops/unary.h"
#include "kernels/dispatch.h"
#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

using kernels::Axes;

std::vector<OpCase> reduce_cases() {
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
      {"largest_of_an_axis", {{3, 7}}, [](const In& in) { return largest(in[0], Axes::of({1})); }},
      {"expand",
       {{2, 1, 3}},
       [](const In& in) {
         return expand(in[0], {4, 2, 5, 3});
       }},
      {"reshape",
       {{2, 6}},
       [](const In& in) {
         return reshape(in[0], {3, 4});
       }},
  };
}
OP_TEST(Reduce, reduce_cases());

TEST(Reduce, EqualLargestShareTheGradient) {
  Variable x = Variable::parameter(Tensor::from<float>({4}, {2, 5, 5, 1}));
  backward(largest(x, Axes::of({0})));
  EXPECT_TRUE(same_bytes(x.gradient(), Tensor::from<float>({4}, {0, 0.5f, 0.5f, 0})));
}

Axes axes(const nlohmann::json& dims) {
  Axes result;
  for (int dim : dims) result.bits |= 1u << dim;
  return result;
}

Variable variance(VectorCall& c) {
  const Variable& x = c.in["x"];
  const Axes over = axes(c.attrs["dims"]);
  const Variable centered = x - mean(x, over, true);
  const Variable squares = sum(centered * centered, over);
  const double count = double(x.value().numel()) / double(squares.value().numel());
  return scale(squares, 1 / (c.attrs["unbiased"].get<bool>() ? count - 1 : count));
}

Variable index_of_largest(VectorCall& c) {
  const Tensor& x = c.in["x"].value();
  const int axis = c.attrs["dim"];
  Tensor y =
      Tensor::empty(kernels::reduced_shape(x.shape(), Axes::of({axis}), false), DType::i64, x.device());
  kernels::argmax(x.view(), axis, y.mutable_view());
  return Variable(y);
}

Variable expanded(VectorCall& c) {
  Shape shape;
  int axis = 0;
  for (std::int64_t size : c.attrs["size"]) {
    shape.append(size < 0 ? c.in["x"].shape()[axis] : size);
    ++axis;
  }
  return expand(c.in["x"], shape);
}

TEST(Reduce, AgreesWithVectors) {
  check_vectors("sum", Layout::plain,
                [](VectorCall& c) { return sum(c.in["x"], axes(c.attrs["dims"]), c.attrs["keepdim"]); });
  check_vectors("mean", Layout::plain,
                [](VectorCall& c) { return mean(c.in["x"], axes(c.attrs["dims"]), c.attrs["keepdim"]); });
  check_vectors("amax", Layout::plain,
                [](VectorCall& c) { return largest(c.in["x"], axes(c.attrs["dims"]), c.attrs["keepdim"]); });
  check_vectors("amin", Layout::plain, [](VectorCall& c) {
    return negate(largest(negate(c.in["x"]), axes(c.attrs["dims"]), c.attrs["keepdim"]));
  });
  check_vectors("var", Layout::plain, variance);
  check_vectors("argmax", Layout::plain, index_of_largest);
  check_vectors("expand", Layout::plain, expanded);
}

}  // namespace
}  // namespace scrim::test
