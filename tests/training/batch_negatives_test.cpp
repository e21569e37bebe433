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

// NT-Xent by hand, with films 0 and 2 of one patient: neither is a stranger to the other.
TEST(BatchNegatives, CosineSearchIsThatOfItsFormula) {
  constexpr std::int64_t count = 3, embed = 5, rows = 2 * count;
  constexpr double temperature = 0.2;
  SiameseVerifier verifier({4, {1, 1, 1, 1}, embed}, Initializer(3));
  verifier.to(compute_device());
  std::vector<float> values;
  for (std::int64_t i = 0; i < rows * embed; ++i) values.push_back(float(std::sin(double(3 * i + 1))));
  const Tensor table = Tensor::from<float>({rows, embed}, values);
  const std::vector<std::int64_t> patients{5, 6, 5};
  const InBatchTargets targets = on_compute_device(in_batch_targets(patients, patients, true));

  const auto dot = [&](std::int64_t i, std::int64_t j) {
    double sum = 0;
    for (std::int64_t k = 0; k < embed; ++k)
      sum += double(values[std::size_t(i * embed + k)]) * values[std::size_t(j * embed + k)];
    return sum;
  };
  double search = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t partner = (i + count) % rows;
    double others = 0, own = 0;
    for (std::int64_t j = 0; j < rows; ++j) {
      const bool one_patient = patients[std::size_t(i % count)] == patients[std::size_t(j % count)];
      const double cosine = dot(i, j) / std::sqrt(dot(i, i) * dot(j, j));
      if (j == partner) own = cosine / temperature;
      if (j == partner || !one_patient) others += std::exp(cosine / temperature);
    }
    search += (std::log(others) - own) / rows;
  }
  const auto half = [&](std::int64_t begin) {
    return to_compute_device(Tensor::from<float>(
        {count, embed}, {values.begin() + begin * embed, values.begin() + (begin + count) * embed}));
  };
  // Beside it stands the cross-entropy of all comparisons of the last layer: what in_batch_loss() has besides its own search.
  const InBatchTargets plain = on_compute_device(in_batch_targets(patients, patients));
  const Variable first(half(0)), second(half(count));
  double all = in_batch_loss(verifier, first, second, plain).value().item();
  for (std::int64_t i = 0; i < count; ++i) {
    double others = 0, own = 0;
    for (std::int64_t j = 0; j < count; ++j) {
      const double z =
          verifier
              .compare(Variable(to_compute_device(Tensor::from<float>(
                           {1, embed}, {values.begin() + i * embed, values.begin() + (i + 1) * embed}))),
                       Variable(to_compute_device(
                           Tensor::from<float>({1, embed}, {values.begin() + (count + j) * embed,
                                                            values.begin() + (count + j + 1) * embed}))))
              .value()
              .item();
      if (i == j) own = z;
      if (i == j || patients[std::size_t(i)] != patients[std::size_t(j)]) others += std::exp(z);
    }
    all -= (std::log(others) - own) / count;
  }
  Variable embeddings = Variable::parameter(to_compute_device(table));
  const Variable loss = cosine_search_loss(verifier, embeddings, targets, temperature);
  EXPECT_NEAR(loss.value().item(), search + all, 1e-5);
  // The last layer's part does not move the embeddings: lengths do not matter to cosines, so gradients stand upright on rows.
  backward(loss);
  const Tensor gradient = to_host(embeddings.gradient());
  for (std::int64_t i = 0; i < rows; ++i) {
    double along = 0, size = 0;
    for (std::int64_t k = 0; k < embed; ++k) {
      const double g = gradient.data<float>()[std::size_t(i * embed + k)];
      along += g * values[std::size_t(i * embed + k)];
      size += g * g;
    }
    EXPECT_NEAR(along, 0, 1e-5);
    EXPECT_GT(size, 1e-6);
  }
}

}  // namespace
}  // namespace scrim::test
