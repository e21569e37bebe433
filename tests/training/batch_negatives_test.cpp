#include "training/tasks/batch_negatives.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tensor/compute_device.h"

namespace scrim::test {
namespace {

TEST(BatchNegatives, PatientsAreThoseWhomPairsConnect) {
  const auto patients = patients_of_pairs({{0, 1, true}, {2, 3, true}, {4, 1, true}, {0, 2, false}});
  ASSERT_EQ(patients.size(), 5u);
  EXPECT_EQ(patients[0], patients[1]);
  EXPECT_EQ(patients[0], patients[4]);
  EXPECT_EQ(patients[2], patients[3]);
  EXPECT_NE(patients[0], patients[2]);
}

TEST(BatchNegatives, LossIsThatOfItsFormula) {
  constexpr std::int64_t count = 4, embed = 8;
  SiameseVerifier verifier({4, {1, 1, 1, 1}, embed}, Initializer(3));
  verifier.to(compute_device());
  std::vector<float> values;
  for (std::int64_t i = 0; i < 2 * count * embed; ++i) values.push_back(float(std::sin(double(7 * i))));
  const Tensor a = Tensor::from<float>({count, embed}, {values.begin(), values.begin() + count * embed});
  const Tensor b = Tensor::from<float>({count, embed}, {values.begin() + count * embed, values.end()});
  // Films 0 and 2 are of one patient.
  const std::vector<std::int64_t> patients{5, 6, 5, 7};
  const InBatchTargets targets = on_compute_device(in_batch_targets(patients, patients));

  double search = 0, positive = 0, negative = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    std::vector<double> logits;
    for (std::int64_t j = 0; j < count; ++j) {
      const auto row = [&](const Tensor& t, std::int64_t k) {
        return to_compute_device(Tensor::from<float>(
            {1, embed}, {t.data<float>().begin() + k * embed, t.data<float>().begin() + (k + 1) * embed}));
      };
      logits.push_back(verifier.compare(row(a, i), row(b, j)).value().item());
    }
    double others = 0;
    for (std::int64_t j = 0; j < count; ++j) {
      const bool one_patient = patients[std::size_t(i)] == patients[std::size_t(j)];
      const double z = logits[std::size_t(j)];
      if (i == j || !one_patient) others += std::exp(z);
      (one_patient ? positive : negative) += std::log1p(std::exp(one_patient ? -z : z));
    }
    search += std::log(others) - logits[std::size_t(i)];
  }
  const double expected = search / count + 0.5 * positive / 6 + 0.5 * negative / 10;
  const Variable loss = in_batch_loss(verifier, to_compute_device(a), to_compute_device(b), targets);
  EXPECT_NEAR(loss.value().item(), expected, 1e-5);
}

}  // namespace
}  // namespace scrim::test
