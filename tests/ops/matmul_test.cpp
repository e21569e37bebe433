#include "autograd/ops/matmul.h"

#include <gtest/gtest.h>

#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

OpCase product(std::string name, Shape a, Shape b, kernels::MatmulOptions options = {}) {
  return {std::move(name), {a, b}, [options](const auto& in) { return matmul(in[0], in[1], options); }};
}

std::vector<OpCase> cases() {
  return {
      product("plain", {3, 4}, {4, 5}),
      product("one", {1, 1}, {1, 1}),
      product("wide", {7, 33}, {33, 70}),
      product("a_transposed", {4, 3}, {4, 5}, {.transpose_a = true}),
      product("b_transposed", {3, 4}, {5, 4}, {.transpose_b = true}),
      product("both_transposed", {4, 3}, {5, 4}, {.transpose_a = true, .transpose_b = true}),
      product("batch", {3, 4, 5}, {3, 5, 2}),
      product("batch_transposed", {2, 4, 5}, {2, 3, 5}, {.transpose_b = true}),
      {"linear_of_images",
       {{2, 3, 5}, {4, 5}, {4}},
       [](const auto& in) { return linear(in[0], in[1], in[2]); }},
      {"linear", {{6, 9}, {17, 9}, {17}}, [](const auto& in) { return linear(in[0], in[1], in[2]); }},
      {"linear_without_bias", {{2, 9}, {4, 9}}, [](const auto& in) { return linear(in[0], in[1], {}); }},
  };
}

OP_TEST(Matmul, cases());

TEST(Matmul, AgreesWithVectors) {
  check_vectors("matmul", Layout::plain, [](VectorCall& c) { return matmul(c.in["a"], c.in["b"]); });
  check_vectors("linear", Layout::plain,
                [](VectorCall& c) { return linear(c.in["x"], c.in["weight"], c.in["bias"]); });
}

}  // namespace
}  // namespace scrim::test
