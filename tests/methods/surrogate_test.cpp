#include "methods/surrogate/surrogate.h"

#include <array>
#include <cmath>
#include <map>

#include "data/files/cohort.h"
#include "methods/surrogate/finding_reader.h"
#include "models/networks/build_network.h"
#include "tensor/safetensors.h"
#include "tests/support/errors.h"
#include "tests/support/phantom_pool.h"
#include "tests/support/phantom_suite.h"

namespace scrim::test {
namespace {

class Surrogates : public PhantomSuite<60> {
 protected:
  static void SetUpTestSuite() {
    PhantomSuite::SetUpTestSuite();
    write_phantom_pool(shared() / "pool", at("images"), at("labels.csv"));
  }
  static SurrogateSettings settings() {
    return {.pool = (shared() / "pool").string(), .cells = {.least_donors = 5}};
  }
};

std::array<unsigned char, release_key_size> key_of(unsigned char first) {
  std::array<unsigned char, release_key_size> key{};
  key[0] = first;
  return key;
}

TEST_F(Surrogates, AReleaseIsADonorOfTheFilmsCell) {
  const Surrogate surrogate(settings());
  ASSERT_GE(surrogate.cells(), 2);
  for (std::int64_t cell = 0; cell < surrogate.cells(); ++cell)
    for (std::uint64_t number = 0; number < 20; ++number) {
      const std::int64_t donor = surrogate.donor_of(cell, number, key_of(1));
      EXPECT_EQ(finding_set(surrogate.pool().labels(donor)), surrogate.finding_cells().findings(cell));
      EXPECT_EQ(surrogate.render(cell, number, key_of(1)).pixels, surrogate.pool().film(donor).pixels);
    }
  EXPECT_NE(error_of([&] { surrogate.donor_of(surrogate.cells(), 0, key_of(1)); }), "no error");
  EXPECT_NE(error_of([&] { surrogate.donor_of(-1, 0, key_of(1)); }), "no error");
}

TEST_F(Surrogates, NothingButTheFindingsDecidesTheCell) {
  const Surrogate surrogate(settings());
  const LabelTable table(at("labels.csv"));
  for (const auto& [name, labels] : table.films()) {
    FilmLabels other;  // another patient, sex, age, view and size
    other.findings = labels.findings;
    EXPECT_EQ(surrogate.encode(labels), surrogate.encode(other)) << name;
    // So does what is said of the release, which is the cell's findings and nothing else.
    const FilmLabels said = surrogate.released_labels(labels);
    EXPECT_EQ(finding_set(said), surrogate.finding_cells().findings(surrogate.encode(labels))) << name;
    EXPECT_TRUE(said.patient.empty() && said.sex.empty() && said.view.empty() && !said.age_years) << name;
  }
}

TEST_F(Surrogates, DonorsAreEquallyLikelyAndOnlyTheKeyForetellsThem) {
  const Surrogate surrogate(settings());
  std::map<std::int64_t, int> drawn;
  const auto donors = double(surrogate.finding_cells().donors(0).size());
  constexpr int draws = 20000;
  int same = 0;
  for (std::uint64_t number = 0; number < draws; ++number) {
    const std::int64_t donor = surrogate.donor_of(0, number, key_of(1));
    ++drawn[donor];
    same += donor == surrogate.donor_of(0, number, key_of(2));
    EXPECT_EQ(donor, surrogate.donor_of(0, number, key_of(1)));
  }
  EXPECT_EQ(double(drawn.size()), donors);
  // Six standard deviations of a count.
  const double expected = draws / donors, spread = 6 * std::sqrt(expected);
  for (const auto& [donor, count] : drawn) EXPECT_NEAR(count, expected, spread) << donor;
  EXPECT_NEAR(same, expected, spread);
}

TEST_F(Surrogates, FindingsAreReadAsOftenAsThePoolHasThem) {
  const ClassifierSettings small{.growth = 8, .blocks = {2, 2, 2, 2}, .init_features = 16};
  Facts facts = facts_of(small);
  facts["image_size"] = "64";
  write_safetensors(folder / "w", {build(small, Initializer(3))->state(), facts});
  const DonorPool pool(settings().pool);
  const FindingReader reader(folder / "w", pool);
  const auto read = reader.read(FilmSet(pool.images(), pool.names(), {.image_size = 64}));
  for (std::size_t finding = 0; finding < finding_names.size(); ++finding) {
    int said = 0, labeled = 0;
    for (std::int64_t i = 0; i < pool.count(); ++i) {
      said += read[std::size_t(i)][finding];
      labeled += pool.labels(i).findings[finding];
    }
    EXPECT_EQ(said, labeled) << finding_names[finding];
  }
}

TEST_F(Surrogates, ABadPoolIsRefused) {
  expect_contains(error_of([] { check_chosen(SurrogateSettings{}, "release"); }), "release.pool");
  SurrogateSettings many = settings();
  many.cells.least_donors = 1000;
  expect_contains(error_of([&] { Surrogate surrogate(many); }), "no set of findings has 1000 donors");
  many.cells.least_share = 1.5;
  expect_contains(error_of([&] { check(many, "release"); }), "least_share");
}

}  // namespace
}  // namespace scrim::test
