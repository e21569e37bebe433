#include "autograd/ops/pool.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/ops/reduce.h"
#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

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
      {"adaptive_smaller", {{2, 7, 5, 3}}, [](const In& in) { return adaptive_avg_pool2d(in[0], 3, 2); }},
      {"adaptive_larger", {{1, 2, 3, 2}}, [](const In& in) { return adaptive_avg_pool2d(in[0], 5, 4); }},
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

kernels::PoolOptions options(const nlohmann::json& a) {
  return {a["kernel"], a["stride"], a["padding"]};
}

TEST(Pool, AgreesWithVectors) {
  check_vectors("max_pool2d", Layout::images,
                [](VectorCall& c) { return max_pool2d(c.in["x"], options(c.attrs)); });
  check_vectors("avg_pool2d", Layout::images,
                [](VectorCall& c) { return avg_pool2d(c.in["x"], options(c.attrs)); });
  check_vectors("adaptive_avg_pool2d", Layout::images, [](VectorCall& c) {
    if (c.attrs["output"] == nlohmann::json::array({1, 1})) return global_avg_pool2d(c.in["x"]);
    return adaptive_avg_pool2d(c.in["x"], c.attrs["output"][0], c.attrs["output"][1]);
  });
}

}  // namespace
}  // namespace scrim::test
