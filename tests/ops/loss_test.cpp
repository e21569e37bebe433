#include "autograd/ops/loss.h"

#include <gtest/gtest.h>

#include "autograd/ops/unary.h"
#include "tests/support/op_check.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

using In = std::vector<Variable>;

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

std::vector<OpCase> segmenter_cases() {
  const Tensor labels = Tensor::from<std::int64_t>({2, 2, 3}, {0, 1, 2, 2, 1, 0, 1, 1, 0, 2, 0, 0});
  return {
      {"cross_entropy", {{2, 2, 3, 3}}, [=](const In& in) { return cross_entropy(in[0], labels); }, -2, 2},
      {"dice", {{2, 2, 3, 3}}, [=](const In& in) { return dice_loss(in[0], labels); }, -2, 2},
      {"verification_nll", {{5, 1}}, [](const In& in) { return verification_nll(in[0]); }, -3, 3},
      {"kl_divergence", {{3, 4}, {3, 4}}, [](const In& in) { return kl_divergence(in[0], in[1]); }},
  };
}
OP_TEST(SegmenterLoss, segmenter_cases());

TEST(SegmenterLoss, RefusesLabelsThatDoNotFit) {
  EXPECT_THROW(cross_entropy(Tensor::zeros({2, 3}), Tensor::zeros({2})), Error);
  EXPECT_THROW(cross_entropy(Tensor::zeros({2, 3}), Tensor::full({2}, 3, DType::i64)), Error);
}

Reduction reduction(const nlohmann::json& a) {
  return a["reduction"] == "mean" ? Reduction::mean : Reduction::sum;
}

TEST(Loss, AgreesWithVectors) {
  check_vectors("mse", Layout::plain,
                [](VectorCall& c) { return mse(c.in["x"], c.in["y"], reduction(c.attrs)); });
  check_vectors("mse_clamped", Layout::plain,
                [](VectorCall& c) { return mse(clamp(c.in["x"], c.attrs["lo"], c.attrs["hi"]), c.in["y"]); });
  check_vectors("bce", Layout::plain,
                [](VectorCall& c) { return bce(c.in["p"], c.in["t"], reduction(c.attrs)); });
  check_vectors("bce_with_logits", Layout::plain,
                [](VectorCall& c) { return bce_with_logits(c.in["x"], c.in["t"], reduction(c.attrs)); });
  check_vectors("cross_entropy", Layout::images,
                [](VectorCall& c) { return cross_entropy(c.in["x"], c.in["t"].value()); });
  check_vectors("dice", Layout::images,
                [](VectorCall& c) { return dice_loss(c.in["x"], c.in["t"].value(), c.attrs["eps"]); });
  check_vectors("verification_nll", Layout::plain, [](VectorCall& c) { return verification_nll(c.in["x"]); });
  check_vectors("kld", Layout::plain,
                [](VectorCall& c) { return kl_divergence(c.in["mu"], c.in["logvar"]); });
}

}  // namespace
}  // namespace scrim::test
