#include "autograd/ops/top_k.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/ops/unary.h"
#include "kernels/dispatch.h"
#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

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

Variable checked_top_k(VectorCall& c, const Variable& x) {
  const scrim::TopK result = top_k(x, c.attrs["dim"].get<int>(), c.attrs["k"].get<std::int64_t>());
  // Where values are equal, which of them comes first is free.
  if (c.attrs.value("note", "").find("ties") == std::string::npos) c.further["indices"] = result.indices;
  return result.values;
}

TEST(TopK, AgreesWithVectors) {
  check_vectors("topk", Layout::plain, [](VectorCall& c) { return checked_top_k(c, c.in["x"]); });
  check_vectors("topk_neg", Layout::plain, [](VectorCall& c) { return checked_top_k(c, negate(c.in["x"])); });
  check_vectors("gather", Layout::plain, [](VectorCall& c) {
    return gather(c.in["x"], c.in["index"].value(), c.attrs["dim"].get<int>());
  });
  check_vectors("scatter", Layout::plain, [](VectorCall& c) {
    return scatter(c.in["base"], c.in["index"].value(), c.in["src"], c.attrs["dim"].get<int>());
  });
}

}  // namespace
}  // namespace scrim::test
