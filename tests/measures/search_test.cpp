#include "measures/search.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace scrim::test {
namespace {

/// Scores: what a film has of its patient (`signal`) and noise.
std::vector<float> noisy_scores(const std::vector<std::string>& patients, double signal, Random& random) {
  std::vector<float> scores;
  for (std::size_t i = 0; i < patients.size(); ++i)
    for (std::size_t j = 0; j < patients.size(); ++j)
      scores.push_back(float((patients[i] == patients[j] ? signal : 0) + random.normal()));
  return scores;
}

std::vector<std::string> patients_of(std::int64_t count, std::int64_t films) {
  std::vector<std::string> patients;
  for (std::int64_t p = 0; p < count; ++p)
    for (std::int64_t f = 0; f < films; ++f) patients.push_back(std::to_string(p));
  return patients;
}

// By hand: film 0 ranks 2 (another patient), 1, 3; film 1 ranks 0 first; the films of b find each other at once.
TEST(FilmSearch, ByHand) {
  const std::vector<float> scores{0, 2, 3, 1,  //
                                  5, 0, 1, 1,  //
                                  1, 1, 0, 9,  //
                                  1, 1, 9, 0};
  const auto s = film_search({scores, {"a", "a", "b", "b"}}, 100, Random(1));
  EXPECT_EQ(s.queries, 4);
  EXPECT_EQ(s.gallery, 3);
  EXPECT_EQ(s.found_within, (std::vector<double>{0.75, 1, 1}));
  EXPECT_NEAR(s.map_at_r, 0.75, 1e-12);
  EXPECT_NEAR(s.chance, 1.0 / 3, 1e-12);
  ASSERT_EQ(s.patients.size(), 2u);
  EXPECT_EQ(s.patients[0].films, (std::vector<std::size_t>{2, 3}));  // found most surely
  EXPECT_EQ(s.patients[1].found, 0.5);
  EXPECT_TRUE(s.rank_1_interval);
}

TEST(FilmSearch, EqualScoresFindNobody) {
  const std::vector<float> scores(16, 1);
  const auto s = film_search({scores, {"a", "a", "b", "b"}}, 0, Random(1));
  EXPECT_EQ(s.found_within[0], 0);
  EXPECT_THROW(film_search({scores, {"a", "b"}}, 0, Random(1)), Error);
}

TEST(OriginalSearch, CountsFilmsThatFindThemselves) {
  const std::vector<float> scores{3, 1, 2,  //
                                  4, 3, 1,  //
                                  0, 0, 0};
  EXPECT_NEAR(*original_search({scores, {"a", "b", "c"}}), 1.0 / 3, 1e-12);
}

TEST(EnrolmentSearch, OfNoiseIsChance) {
  Random random(4);
  auto patients = patients_of(30, 3);
  const auto s = enrolment_search({noisy_scores(patients, 0, random), patients}, 200, Random(1));
  ASSERT_TRUE(s);
  EXPECT_EQ(s->gallery, 30);
  EXPECT_EQ(s->queries, 30);
  EXPECT_NEAR(s->chance, 1.0 / 30, 1e-12);
  EXPECT_NEAR(s->rank_1, 1.0 / 30, 0.02);
  EXPECT_NEAR(s->rank_10, 1.0 / 3, 0.08);
  EXPECT_NEAR(*s->missed_at_10_percent, 1, 0.05);  // who is found by chance counts as missed unless right
  EXPECT_FALSE(s->missed_at_1_percent);            // 15 patients cannot show one in a hundred
}

TEST(EnrolmentSearch, OfCertaintyIsCertain) {
  Random random(4);
  const auto patients = patients_of(24, 2);
  const auto s = enrolment_search({noisy_scores(patients, 50, random), patients}, 20, Random(1));
  EXPECT_NEAR(s->rank_1, 1, 1e-9);
  EXPECT_NEAR(s->rank_1_by_mean, 1, 1e-9);
  EXPECT_NEAR(*s->missed_at_10_percent, 0, 1e-9);
  for (const GalleryPoint& p : s->by_gallery) EXPECT_GT(p.rank_1, 0.99);
}

// A larger gallery is harder, several films of a patient are easier, and what is not measured says so.
TEST(EnrolmentSearch, FallsWithTheGalleryAndRisesWithFilms) {
  Random random(9);
  const auto patients = patients_of(40, 5);
  const auto s = enrolment_search({noisy_scores(patients, 2.5, random), patients}, 100, Random(1));
  EXPECT_GT(s->rank_1_by_mean, s->rank_1 + 0.05);
  EXPECT_GT(s->rank_1_interval->high, s->rank_1);
  EXPECT_LT(s->rank_1_interval->low, s->rank_1);
  for (std::size_t i = 1; i < s->by_gallery.size(); ++i)
    EXPECT_LT(s->by_gallery[i].rank_1, s->by_gallery[i - 1].rank_1 + 1e-9);
  EXPECT_NEAR(s->by_gallery.front().patients, 2, 1e-12);
  // Two patients: a stranger is ahead with the chance that one normal draw exceeds another that is 2.5 higher.
  EXPECT_NEAR(s->by_gallery.front().rank_1, 0.5 * std::erfc(-2.5 / 2), 0.02);
  EXPECT_TRUE(s->by_gallery.back().extrapolated);
  EXPECT_EQ(s->by_gallery.back().patients, 1e5);
  // The whole gallery's point is what was measured.
  for (const GalleryPoint& p : s->by_gallery)
    if (!p.extrapolated && p.patients == 40) {
      EXPECT_NEAR(p.rank_1, s->rank_1, 1e-9);
    }
}

TEST(EnrolmentSearch, NeedsAPatientWithSeveralFilms) {
  EXPECT_FALSE(enrolment_search({std::vector<float>(4, 0), {"a", "b"}}, 10, Random(1)));
  EXPECT_FALSE(enrolment_search({std::vector<float>(4, 0), {"a", "a"}}, 10, Random(1)));
}

}  // namespace
}  // namespace scrim::test
