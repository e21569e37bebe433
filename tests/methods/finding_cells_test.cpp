#include "methods/surrogate/finding_cells.h"

#include <gtest/gtest.h>

#include "tests/support/errors.h"

namespace scrim::test {
namespace {

constexpr std::size_t atelectasis = 0, effusion = 2, mass = 4, hernia = 13;

FindingSet set_of(std::initializer_list<std::size_t> findings) {
  FindingSet set;
  for (const std::size_t finding : findings) set[finding] = true;
  return set;
}

/// `films` films of these findings, each of a patient of its own.
void add(std::vector<DonorFacts>& donors, const FindingSet& findings, int films) {
  for (int i = 0; i < films; ++i) donors.push_back({findings, ""});
}

TEST(FindingCells, AreTheSetsWithEnoughDonorsTheMostFrequentFirst) {
  std::vector<DonorFacts> donors;
  add(donors, set_of({effusion}), 12);
  add(donors, set_of({}), 30);
  add(donors, set_of({hernia}), 9);
  const FindingCells cells(donors, {});
  ASSERT_EQ(cells.count(), 2);
  EXPECT_EQ(cells.findings(0), set_of({}));
  EXPECT_EQ(cells.findings(1), set_of({effusion}));
  EXPECT_EQ(cells.donors(1).size(), 12u);
  EXPECT_EQ(cells.donors(1).front(), 0);
  for (const std::int64_t donor : cells.donors(0)) EXPECT_EQ(donors[std::size_t(donor)].findings, set_of({}));
}

TEST(FindingCells, CountPatientsAndShares) {
  std::vector<DonorFacts> donors;
  add(donors, set_of({}), 20);
  for (int i = 0; i < 20; ++i) donors.push_back({set_of({mass}), i < 12 ? "one" : "two"});
  EXPECT_EQ(FindingCells(donors, {.least_donors = 3}).count(), 1);
  EXPECT_EQ(FindingCells(donors, {.least_donors = 2}).count(), 2);
  add(donors, set_of({effusion}), 10);
  EXPECT_EQ(FindingCells(donors, {.least_donors = 2, .least_share = 0.2}).count(), 3);
  EXPECT_EQ(FindingCells(donors, {.least_donors = 2, .least_share = 0.25}).count(), 2);
  EXPECT_EQ(FindingCells(donors, {.most_cells = 1, .least_donors = 2}).count(), 1);
  expect_contains(error_of([&] { FindingCells(donors, {.least_donors = 21}); }),
                  "no set of findings has 21 donors");
}

TEST(FindingCells, ARareSetGetsTheNearestThatLosesTheFewestFindings) {
  std::vector<DonorFacts> donors;
  add(donors, set_of({}), 40);
  add(donors, set_of({atelectasis}), 20);
  add(donors, set_of({effusion, hernia}), 10);
  const FindingCells cells(donors, {});
  const auto nearest = [&](std::initializer_list<std::size_t> findings) {
    return cells.findings(cells.cell_of(set_of(findings)));
  };
  EXPECT_EQ(nearest({atelectasis}), set_of({atelectasis}));
  // One finding apart from both {} and {effusion, hernia}.
  EXPECT_EQ(nearest({hernia}), set_of({effusion, hernia}));
  EXPECT_EQ(nearest({atelectasis, mass}), set_of({atelectasis}));
  EXPECT_EQ(nearest({mass}), set_of({}));
  EXPECT_EQ(nearest({effusion, hernia, mass}), set_of({effusion, hernia}));
}

TEST(FindingCells, SetsOfFindingsAreTextsAsInTables) {
  EXPECT_EQ(finding_text(labels_with(set_of({}))), "No Finding");
  EXPECT_EQ(finding_text(labels_with(set_of({mass, effusion}))), "Effusion|Mass");
  const LabelTable table("image,findings\na.png,Mass|Effusion\n", "table");
  EXPECT_EQ(finding_set(table.of("a.png")), set_of({mass, effusion}));
}

}  // namespace
}  // namespace scrim::test
