// The bounds against the best attacker there is, found by looking at all he could do.
#include "methods/surrogate/release_guarantee.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tensor/random.h"
#include "tests/support/errors.h"

namespace scrim::test {
namespace {

/// The cell of each patient's film.
std::vector<std::size_t> population(std::int64_t patients, std::size_t cells, Random& random) {
  std::vector<std::size_t> cell_of(static_cast<std::size_t>(patients));
  for (std::size_t i = 0; i < cell_of.size(); ++i)
    cell_of[i] = i < cells ? i : std::size_t(std::pow(random.uniform(), 2) * double(cells));
  return cell_of;
}

/// The probability of naming the right one of patients who are equally likely, by naming one of each row of cells: each row of
/// a patient's releases tells the patients apart who share it.
double best_identification(const std::vector<std::vector<std::size_t>>& cells_of_patients) {
  auto rows = cells_of_patients;
  std::sort(rows.begin(), rows.end());
  const auto different = std::unique(rows.begin(), rows.end()) - rows.begin();
  return double(different) / double(cells_of_patients.size());
}

TEST(ReleaseGuarantee, NobodyNamesPatientsMoreOften) {
  Random random(3);
  for (int trial = 0; trial < 50; ++trial) {
    const std::int64_t patients = 20 + random.below(200);
    const std::size_t cells = std::size_t(1 + random.below(8));
    const auto first = population(patients, cells, random), second = population(patients, cells, random);
    const ReleaseGuarantee guarantee(std::vector<std::int64_t>(cells, 1));
    std::vector<std::vector<std::size_t>> one, two;
    for (std::size_t i = 0; i < first.size(); ++i) {
      one.push_back({first[i]});
      two.push_back({first[i], second[i]});
    }
    EXPECT_LE(best_identification(one), guarantee.identification(patients) + 1e-12);
    EXPECT_LE(best_identification(two), guarantee.identification(patients, 2) + 1e-12);
  }
  // It is reached where every cell holds somebody.
  EXPECT_EQ(best_identification({{0}, {1}, {2}, {0}}), ReleaseGuarantee({1, 1, 1}).identification(4));
}

/// Of all who accept a share of `false_positives` of strangers, the one who accepts the largest share of pairs of one patient:
/// pairs of cells in the order of likelihood ratios, the last one at random (Neyman and Pearson).
double best_true_positives(std::vector<std::pair<double, double>> same_and_strangers,
                           double false_positives) {
  std::sort(same_and_strangers.begin(), same_and_strangers.end(),
            [](const auto& a, const auto& b) { return a.first * b.second > b.first * a.second; });
  double found = 0;
  for (const auto& [same, strangers] : same_and_strangers) {
    const double share = strangers > 0 ? std::min(1.0, false_positives / strangers) : 1;
    found += share * same;
    false_positives -= share * strangers;
  }
  return found;
}

TEST(ReleaseGuarantee, NobodyFindsMorePairs) {
  Random random(4);
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t cells = std::size_t(2 + random.below(6)), looks = std::size_t(2 + random.below(6));
    std::vector<std::int64_t> films;
    for (std::size_t c = 0; c < cells; ++c) films.push_back(1 + random.below(50));
    const double all = double(std::accumulate(films.begin(), films.end(), std::int64_t(0)));
    // P(look of the other film | cell of the first): any at all, also one that tells everything.
    std::vector<std::vector<double>> given(cells, std::vector<double>(looks, 0));
    for (std::size_t c = 0; c < cells; ++c) {
      if (trial % 2 == 0)
        given[c][c % looks] = 1;
      else
        for (double& p : given[c]) p = random.uniform();
      const double sum = std::accumulate(given[c].begin(), given[c].end(), 0.0);
      for (double& p : given[c]) p /= sum;
    }
    std::vector<std::pair<double, double>> events;
    for (std::size_t y = 0; y < looks; ++y) {
      double marginal = 0;
      for (std::size_t c = 0; c < cells; ++c) marginal += double(films[c]) / all * given[c][y];
      for (std::size_t c = 0; c < cells; ++c)
        events.emplace_back(double(films[c]) / all * given[c][y], double(films[c]) / all * marginal);
    }
    const ReleaseGuarantee guarantee(films);
    for (const double rate : {0.0001, 0.001, 0.01, 0.1, 0.5})
      EXPECT_LE(best_true_positives(events, rate), *guarantee.true_positives(rate) + 1e-12);
  }
  // It is reached by pairs that are all of one cell, told by the other film: two equal cells, 1 % false positives.
  EXPECT_NEAR(best_true_positives({{0.5, 0.25}, {0.5, 0.25}, {0, 0.5}}, 0.01), 0.02, 1e-12);
  EXPECT_NEAR(*ReleaseGuarantee({7, 7}).true_positives(0.01), 0.02, 1e-12);
}

TEST(ReleaseGuarantee, AnEmptyCellBoundsNothing) {
  const ReleaseGuarantee guarantee({5, 0, 3});
  EXPECT_FALSE(guarantee.least_share());
  EXPECT_FALSE(guarantee.true_positives(0.01));
  EXPECT_EQ(guarantee.identification(100), 0.03);
  expect_contains(error_of([] { ReleaseGuarantee({}); }), "no cell came");
  expect_contains(error_of([] { ReleaseGuarantee({-1}); }), "-1 films");
}

TEST(ReleaseGuarantee, EntropyIsThatOfTheShares) {
  EXPECT_DOUBLE_EQ(ReleaseGuarantee({4, 4, 4, 4}).entropy_bits(), 2);
  EXPECT_DOUBLE_EQ(ReleaseGuarantee({8, 4, 4, 0}).entropy_bits(), 1.5);
  EXPECT_DOUBLE_EQ(ReleaseGuarantee({9}).entropy_bits(), 0);
  EXPECT_EQ(ReleaseGuarantee({2, 6}).least_share(), 0.25);
}

}  // namespace
}  // namespace scrim::test
