#include "autograd/ops/loss.h"

#include <gtest/gtest.h>

#include "tests/support/op_check.h"

namespace scrim::test {
namespace {

using kernels::Reduction;

std::vector<OpCase> cases() {
  return {
      {"mse_mean", {{2, 3}, {2, 3}}, [](const auto& in) { return mse(in[0], in[1]); }},
      {"mse_sum", {{2, 3}, {2, 3}}, [](const auto& in) { return mse(in[0], in[1], Reduction::sum); }},
      {"bce_mean",
       {{4, 3}, {4, 3}},
       [](const auto& in) { return bce(in[0], in[1]); },
       0.1,
       0.9,
       {true, false}},
      {"bce_sum",
       {{4, 3}, {4, 3}},
       [](const auto& in) { return bce(in[0], in[1], Reduction::sum); },
       0.1,
       0.9,
       {true, false}},
      {"logits_mean",
       {{4, 3}, {4, 3}},
       [](const auto& in) { return bce_with_logits(in[0], in[1]); },
       -4,
       4,
       {true, false}},
  };
}

OP_TEST(Loss, cases());

TEST(Loss, LogitsDoNotOverflow) {
  Variable x = Variable::parameter(Tensor::from<float>({2}, {1000, -1000}));
  const Variable loss = bce_with_logits(x, Tensor::from<float>({2}, {0, 1}), Reduction::sum);
  EXPECT_FLOAT_EQ(loss.value().item(), 2000);
  backward(loss);
  EXPECT_EQ(x.gradient().data<float>()[0], 1);
  EXPECT_EQ(x.gradient().data<float>()[1], -1);
}

TEST(Loss, BceRefusesWhatIsNoProbability) {
  EXPECT_THROW(bce(Tensor::full({1}, 1.5), Tensor::full({1}, 1)), Error);
}

}  // namespace
}  // namespace scrim::test
