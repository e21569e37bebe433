#include <gtest/gtest.h>

#include "data/phantom/phantom_cohort.h"
#include "evaluation/attackers/attribute_reader.h"
#include "evaluation/attackers/correlation_attacker.h"
#include "evaluation/attackers/mixture.h"
#include "evaluation/identity/retrain_verifier.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"
#include "training/tasks/train_classifier.h"

namespace scrim::test {
namespace {

// Films whose gray says sex, view and age; a reader finds all three in other films.
TEST(AttributeReader, ReadsWhatFilmsShow) {
  const TemporaryFolder folder;
  std::string table = "image,findings,patient,sex,view,age\n";
  std::vector<std::string> names[2];
  std::vector<GrayImage> films[2];
  Random random(4);
  for (int i = 0; i < 160; ++i) {
    const bool male = random.below(2), pa = random.below(2);
    const double age = 12 + 70 * random.uniform();
    const std::string name = fmt::format("f{}.png", i);
    table += fmt::format("{},,p{},{},{},{:.0f}\n", name, i, male ? "M" : "F", pa ? "PA" : "AP", age);
    GrayImage image{32, 32, 8, {}};
    for (int row = 0; row < 32; ++row)
      for (int column = 0; column < 32; ++column)
        image.pixels.push_back(std::uint16_t(60 + 20 * random.below(2) + (male && row < 16 ? 60 : 0) +
                                             (pa && column < 4 ? 100 : 0) + (row >= 20 ? age : 0)));
    names[i >= 120].push_back(name);
    films[i >= 120].push_back(std::move(image));
  }
  const LabelTable labels(table, "t");
  const AttributeColumns columns(labels, names[0]);
  const FilmSet train(names[0], films[0], 32), test(names[1], films[1], 32);
  ClassifierConfig config{.data = {.image_size = 32},
                          .model = {.growth = 8, .blocks = {2, 2, 2, 2}, .init_features = 16},
                          .training = {.epochs = 40, .batch_size = 16},
                          .optimizer = {.name = "adamw", .learning_rate = 3e-3},
                          .folder = (folder / "r").string()};
  config.model.num_labels = std::int64_t(columns.outputs().size());
  const LabeledFilms labeled{train, columns.targets(labels, names[0])};
  const auto trained = train_classifier(config, columns.outputs(), labeled, nullptr, "x", false,
                                        [](const TrainingProgress&) {});
  const AttributeReader reader(trained.weights, columns);
  std::vector<std::string> patients;
  for (const auto& name : names[1]) patients.push_back(labels.patient_of(name));
  const auto found = inferences(reader, test, patients, labels, names[0]);
  ASSERT_EQ(found.size(), 3u);
  for (const Inference& i : found) {
    EXPECT_GT(i.from_film->value, i.without_film->value + 0.2) << i.attribute;
    EXPECT_GT(i.risk->value, 0.2) << i.attribute;
  }
  EXPECT_FALSE(AttributeColumns(LabelTable("image,findings,sex\na,,M\nb,,\n", "t"), {"a", "b"}).any());
}

// Attackers that know nothing: what a fit makes of their chance hits must not look like knowledge in the validation.
TEST(Mixture, IsValidatedOnPatientsThatItDidNotFit) {
  std::string table = "image,findings,patient\n";
  std::vector<Pair> listed;
  std::vector<std::string> films;
  for (int patient = 0; patient < 15; ++patient) {
    for (const char* film : {"a", "b"}) {
      films.push_back(fmt::format("p{}{}", patient, film));
      table += fmt::format("{},,p{}\n", films.back(), patient);
    }
    listed.push_back({films[films.size() - 2], films.back(), true});
  }
  const LabelTable labels(table, "t");
  const IdentityTest valid(listed, {}, &labels, {});
  const auto places = valid.films().size() * valid.films().size();
  const auto auc = [&](const std::vector<float>& of) {
    return *roc_auc(ungrouped(valid.cases(of, valid.stranger_pairs(false))));
  };
  Random random(3);
  constexpr int repetitions = 16;
  constexpr std::size_t families = 12;
  double fitted = 0, validated = 0;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    std::vector<std::vector<float>> scores(families);
    std::vector<MixedScores> parts;
    for (auto& of_family : scores)
      for (std::size_t i = 0; i < places; ++i) of_family.push_back(float(random.normal()));
    for (std::size_t i = 0; i < families; ++i)
      parts.push_back({fmt::format("noise {}", i), scores[i], scores[i]});
    const auto joined = mixed_scores(parts, valid);
    ASSERT_TRUE(joined);
    fitted += auc(joined->test) / repetitions;  // the fit on all pairs, asked about the same pairs
    validated += auc(joined->valid) / repetitions;
  }
  EXPECT_GT(fitted, 0.75);
  EXPECT_NEAR(validated, 0.5, 0.06);  // three deviations of the mean of 16 AUCs of 15 pairs
}

TEST(IdentityTest, MatchesByWhatTheTableHas) {
  const LabelTable labels(
      "image,findings,patient,sex,source,width,height\n"
      "a1,Mass,a,F,north,10,20\na2,,a,F,north,10,20\nb1,Mass,b,F,north,10,20\n"
      "c1,Mass,c,F,south,10,20\nd1,Mass,d,M,north,10,20\ne1,,e,F,north,11,20\n",
      "t");
  const std::vector<std::string> films{"a1", "a2", "b1", "c1", "d1", "e1"};
  const auto strangers_of_a1 = [&](std::vector<std::string> by) {
    const IdentityTest test({{"a1", "a2", true}}, films, &labels, {.by = std::move(by)});
    std::string found;
    for (const IndexedPair& pair : test.stranger_pairs(true))
      if (pair.first == 0 && !pair.same_patient) found += test.films()[std::size_t(pair.second)] + " ";
    return found + "| " + test.matched_by();
  };
  EXPECT_EQ(strangers_of_a1({"sex"}), "b1 c1 e1 | sex");
  EXPECT_EQ(strangers_of_a1({"source"}), "b1 d1 e1 | source");
  EXPECT_EQ(strangers_of_a1({"size", "findings"}), "b1 c1 d1 | size, findings");
  EXPECT_EQ(strangers_of_a1({"sex", "view"}), "b1 c1 e1 | sex");  // the table has no view
  EXPECT_NE(
      error_of([] { check(MatchSettings{.by = {"hair"}}); }).find("sex, view, age, findings, size, source"),
      std::string::npos);
}

TEST(Correlation, DoesNotMindShiftsAndGray) {
  const TemporaryFolder folder;
  phantom::write_cohort(folder / "c", {.films = 24, .most_films_of_a_patient = 1, .film = {.size = 64}},
                        [](std::int64_t) {});
  const FilmSet films(folder / "c/images", film_names(folder / "c/images", ""), {.image_size = 64});
  std::vector<GrayImage> moved;
  for (std::int64_t i = 0; i < films.count(); ++i) {
    const GrayImage image = films.image(i);
    GrayImage other = image;
    for (std::int64_t row = 0; row < 64; ++row)
      for (std::int64_t column = 0; column < 64; ++column) {
        const std::int64_t from =
            std::min<std::int64_t>(63, row + 3) * 64 + std::max<std::int64_t>(0, column - 5);
        other.pixels[std::size_t(row * 64 + column)] =
            std::uint16_t(20 + image.pixels[std::size_t(from)] * 3 / 4);
      }
    moved.push_back(other);
  }
  const FilmSet shifted(films.names(), moved, 64);
  CorrelationAttacker attacker(nullptr, nullptr);
  const auto a = attacker.look(films, FilmKind::real), b = attacker.look(shifted, FilmKind::real);
  std::vector<IndexedPair> pairs;
  for (std::int64_t i = 0; i < films.count(); ++i)
    for (std::int64_t j = 0; j < films.count(); ++j) pairs.push_back({i, j, i == j});
  const auto scores = attacker.scores(*a, *b, pairs);
  const auto count = std::size_t(films.count());
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < count; ++j)
      if (i != j) {
        EXPECT_GT(scores[i * count + i], scores[i * count + j]) << i << " " << j;
      }
}

// The yardstick: the strongest attacker on the raw test pairs of the real films.
TEST(CorrelationOnRealFilms, KnowsPatientsAgain) {
  REQUIRE_TEST_DATA(data_folder());
  const TemporaryFolder folder;
  const auto nih = data_folder() / "nih";
  RetrainVerifierConfig config{.data = {.images = (nih / "images").string(), .image_size = 128},
                               .lists = {(nih / "pairs/train.txt").string(), ""},
                               .test_pairs = (nih / "pairs/test.txt").string(),
                               .seeds = 0,
                               .side_channels = false,
                               .mixture = false,
                               .embedding = {.starts = 0},
                               .matching = {.starts = 0},
                               .bootstrap_draws = 100,
                               .enrolments = 5,
                               .folder = (folder / "x").string()};
  EXPECT_GT(
      *evaluate(config, [](const std::string&, const TrainingProgress&) {}).attacks[0].figures.listed.auc,
      0.85);
}

}  // namespace
}  // namespace scrim::test
