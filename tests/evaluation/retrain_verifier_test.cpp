#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "tests/evaluation/evaluation_suite.h"
#include "tests/support/errors.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

TEST_F(Evaluation, CorrelationTellsPhantomsApart) {
  const auto result = evaluate(attack(), quiet);
  ASSERT_EQ(result.attacks.size(), 1u);  // no table, no control; no validation of a second attacker
  const Attack& a = result.attacks[0];
  EXPECT_EQ(a.pairs, "real_real");
  EXPECT_GT(*a.figures.listed.auc, 0.85);
  EXPECT_GT(*a.figures.strangers.auc, 0.85);
  EXPECT_FALSE(a.figures.matched);
  EXPECT_GT(a.figures.search.queries, 0);
  EXPECT_EQ(std::int64_t(a.listed_scores.size()), result.listed_pairs);
  EXPECT_EQ(std::int64_t(a.scores.size()), result.films * result.films);
  EXPECT_EQ(result.strongest("real_real"), &a);
}

TEST_F(Evaluation, TheControlReadsTheTableAndTheMixtureJoinsAttackers) {
  auto config = attack();
  config.labels = at("labels.csv");
  config.test_list = at("splits/test.txt");
  config.valid_list = at("splits/valid.txt");
  config.side_channels = config.mixture = true;
  const auto result = evaluate(config, quiet);
  std::vector<std::string> names;
  for (const Attack& a : result.attacks) names.push_back(a.attacker.family);
  EXPECT_EQ(names, (std::vector<std::string>{"attributes", "correlation", "side_channels", "mixture"}));
  EXPECT_EQ(result.films, std::int64_t(read_list(at("splits/test.txt")).size()));
  EXPECT_EQ(result.matched_by, "sex, view, age within 5 years");
  const Attack* control = result.control("real_real");
  ASSERT_TRUE(control);
  EXPECT_GT(*control->figures.strangers.auc, 0.8);  // phantoms keep sex and age from film to film
  ASSERT_TRUE(control->figures.matched);
  EXPECT_LT(control->figures.matched->pairs_of_two, control->figures.strangers.pairs_of_two);
  EXPECT_FALSE(result.strongest("real_real")->attacker.is_control);
  EXPECT_TRUE(result.strongest("real_real")->valid_auc);
  ASSERT_TRUE(result.risks.at("real_real").linkability);
  EXPECT_GT(result.risks.at("real_real").linkability->interval.high, 0);
}

TEST_F(Evaluation, EmbeddingAttackersLearnFromSeveralStarts) {
  auto config = attack();
  config.correlation = false;
  config.train_list = at("splits/train.txt");
  config.embedding.model = {.width = 4, .layers = {1, 1, 1, 1}, .embed = 16};
  config.embedding.starts = 2;
  config.embedding.epochs = 10;
  config.embedding.batch_size = 16;
  config.embedding.learning_curve = {0.5};
  const auto result = evaluate(config, quiet);
  ASSERT_EQ(result.attacks.size(), 1u);
  EXPECT_EQ(result.seeds.at("real_real").front().over.aucs.size(), 2u);
  const auto& curve = result.learning_curves.at("real_real");
  ASSERT_EQ(curve.size(), 2u);
  EXPECT_LT(curve[0].training_films, curve[1].training_films);
  EXPECT_EQ(*curve[1].auc, result.seeds.at("real_real").front().over.aucs.front());
  const AttackerFacts& facts = result.attacks[0].attacker;
  EXPECT_EQ(facts.family, "embedding");
  EXPECT_EQ(facts.training_films, std::int64_t(read_list(at("splits/train.txt")).size()));
  EXPECT_GT(facts.training_steps, 0);
  EXPECT_GT(facts.training_seconds, 0);
  EXPECT_GT(*result.attacks[0].figures.strangers.auc, 0.6);
  std::int64_t steps = 0;
  const auto again = evaluate(config, [&](const std::string&, const TrainingProgress&) { ++steps; });
  EXPECT_EQ(steps, 0);
  EXPECT_EQ(again.attacks[0].scores, result.attacks[0].scores);
}

TEST_F(Evaluation, MatchingAttackersLearnFromReleasedFilms) {
  auto config = attack();
  config.release.method = method_settings<Pixelization>({.cell = 2, .pixels = 1, .epsilon = 100});
  config.correlation = false;
  config.trained_on = {"released_real"};
  config.matching.model = {.width = 4, .embed = 8};
  config.matching.starts = 2;
  config.matching.epochs = 2;
  config.matching.batch_size = 16;
  const auto result = evaluate(config, quiet);
  ASSERT_EQ(result.attacks.size(), 1u);
  EXPECT_EQ(result.attacks[0].attacker.family, "matching");
  EXPECT_GT(*result.attacks[0].figures.strangers.auc, 0.75);
  const auto& aucs = result.seeds.at("released_real").front().over.aucs;
  ASSERT_EQ(aucs.size(), 2u);
  EXPECT_NE(aucs[0], aucs[1]);
  std::int64_t steps = 0;
  const auto again = evaluate(config, [&](const std::string&, const TrainingProgress&) { ++steps; });
  EXPECT_EQ(steps, 0);
  EXPECT_EQ(again.attacks[0].scores, result.attacks[0].scores);
}

TEST_F(Evaluation, SettingsOfMatchingAreChecked) {
  const auto refused = [&](const auto& change) {
    MatchingSettings settings;
    change(settings);
    return error_of([&] { check(settings); });
  };
  EXPECT_EQ(refused([](auto&) {}), "no error");
  for (const auto& [key, error] : std::map<std::string, std::string>{
           {"matching.starts", refused([](auto& m) { m.starts = -1; })},
           {"matching.batch_size", refused([](auto& m) { m.batch_size = 1; })},
           {"matching.batch_size is 300", refused([](auto& m) { m.batch_size = 300; })},
           {"matching.weight_average", refused([](auto& m) { m.weight_average = 0; })},
           {"matching.embed", refused([](auto& m) { m.model.embed = 0; })},
           {"matching.augmentation.erase", refused([](auto& m) { m.augmentation.erase = 2; })}})
    EXPECT_NE(error.find(key), std::string::npos) << key << ": " << error;
}

TEST_F(Evaluation, AttributesAreReadFromFilms) {
  auto config = attack();
  config.correlation = false;
  config.side_channels = true;
  config.labels = at("labels.csv");
  config.train_list = at("splits/train.txt");
  config.attributes = {.read = true,
                       .model = {.growth = 8, .blocks = {1, 1, 1, 1}, .init_features = 16},
                       .epochs = 25,
                       .early_stopping = 0};
  const auto result = evaluate(config, quiet);
  const auto control = std::find_if(result.attacks.begin(), result.attacks.end(),
                                    [](const Attack& a) { return a.attacker.family == "read attributes"; });
  ASSERT_NE(control, result.attacks.end());
  EXPECT_TRUE(control->attacker.is_control);
  EXPECT_EQ(result.control("real_real")->attacker.family, "attributes");  // the table's comes first
  EXPECT_FALSE(result.inferences.contains(FilmKind::released));
  const auto& inferences = result.inferences.at(FilmKind::real);
  ASSERT_EQ(inferences.size(), 3u);
  EXPECT_EQ(inferences[0].attribute, "sex");
  for (const Inference& i : inferences) {
    ASSERT_TRUE(i.from_film && i.without_film && i.risk) << i.attribute;
    EXPECT_LT(i.without_film->value, 0.95) << i.attribute;
  }
}

// Drawn numbers that the attacker averages away.
TEST_F(Evaluation, RestoredFilmsTellMore) {
  auto config = attack();
  config.release.method = method_settings<Pixelization>({.cell = 2, .pixels = 4, .epsilon = 3});
  config.restorer.by = {"averaging", "inverse_warp"};  // DP-Pix moves nothing: the warp is left out
  config.restorer.releases = 64;
  const auto result = evaluate(config, quiet);
  std::map<std::string, double> aucs;
  for (const Attack& a : result.attacks)
    if (a.pairs == "released_real") aucs[a.attacker.family] = *a.figures.strangers.auc;
  ASSERT_EQ(aucs.size(), 2u);
  EXPECT_GT(aucs.at("averaging, then correlation"), aucs.at("correlation") + 0.03);
}

// Both attackers learn from restored films, and their runs are taken up again.
TEST_F(Evaluation, AttackersLearnFromRestoredFilms) {
  auto config = attack();
  config.release.method = method_settings<Pixelization>({.cell = 4, .pixels = 1, .epsilon = 3});
  config.correlation = false;
  config.trained_on = {"released_real"};
  config.embedding.model = {.width = 4, .layers = {1, 1, 1, 1}, .embed = 16};
  config.embedding.starts = config.embedding.epochs = 1;
  config.embedding.batch_size = 32;
  config.matching.model = {.width = 2, .embed = 4};
  config.matching.starts = config.matching.epochs = 1;
  config.restorer = {.by = {"network"}, .init_features = 4, .epochs = 1};
  const auto result = evaluate(config, quiet);
  ASSERT_EQ(result.attacks.size(), 4u);
  EXPECT_EQ(result.attacks[0].attacker.family, "embedding");
  EXPECT_EQ(result.attacks[2].attacker.family, "restoring network, then embedding");
  EXPECT_EQ(result.attacks[3].attacker.family, "restoring network, then matching");
  EXPECT_NE(result.attacks[0].scores, result.attacks[2].scores);
  EXPECT_NE(result.attacks[1].scores, result.attacks[3].scores);
  EXPECT_TRUE(
      fs::exists(fs::path(config.folder) / "attackers/restoring_network_embedding_released_real_start_1"));
  std::int64_t steps = 0;
  const auto again = evaluate(config, [&](const std::string&, const TrainingProgress&) { ++steps; });
  EXPECT_EQ(steps, 0);
  EXPECT_EQ(again.attacks[3].scores, result.attacks[3].scores);
}

TEST_F(Evaluation, ListsThatContradictThePatientsAreRefused) {
  const auto lines = read_pairs(at("pairs/test.txt"));
  auto wrong = lines;
  wrong[0].same_patient = !wrong[0].same_patient;
  write_pairs(folder / "wrong", wrong);
  auto config = attack();
  config.test_pairs = folder / "wrong";
  EXPECT_NE(error_of([&] { evaluate(config, quiet); }).find("the patients say otherwise"), std::string::npos);
}

// They would meet themselves: thresholds, weights of the mixture and the strongest attacker would be wrong.
TEST_F(Evaluation, StrangersOfTheValidationAreRefused) {
  auto config = attack();
  config.cohort_list = at("splits/valid.txt");
  expect_contains(error_of([&] { evaluate(config, quiet); }), "is used for strangers and for validation");
}

TEST_F(Evaluation, PixelsOfNoiseTellNobodyApart) {
  auto config = attack();
  config.release.method = method_settings<Pixelization>({.cell = 16, .pixels = 16, .epsilon = 0.01});
  const auto result = evaluate(config, quiet);
  EXPECT_LT(*result.strongest("released_released")->figures.strangers.auc, 0.68);
  // The same attacker on what was not changed.
  EXPECT_GT(*result.strongest("real_real")->figures.strangers.auc, 0.85);
}

TEST_F(Evaluation, LearnedAttackersAreSeparateAndTheSameAgain) {
  auto config = attack();
  config.release.method = method_settings<Pixelization>({.cell = 4});
  config.seeds = 2;
  config.correlation = false;
  const auto result = evaluate(config, quiet);
  EXPECT_EQ(result.attacks.size(), 4u);  // each on the kind of pairs that it learned from
  EXPECT_EQ(result.seeds.count("real_real"), 0u);
  for (const char* kind : {"released_real", "released_released"}) {
    ASSERT_EQ(result.seeds.at(kind).size(), 1u);
    const OverSeeds& learned = result.seeds.at(kind).front().over;
    ASSERT_EQ(learned.aucs.size(), 2u);
    EXPECT_NE(learned.aucs[0], learned.aucs[1]);
    EXPECT_NEAR(learned.mean, (learned.aucs[0] + learned.aucs[1]) / 2, 1e-12);
    ASSERT_TRUE(learned.interval);
    EXPECT_LT(learned.interval->low, learned.mean);
    EXPECT_GT(learned.interval->high, learned.mean);
  }
  std::int64_t steps = 0;
  const auto again = evaluate(config, [&](const std::string&, const TrainingProgress&) { ++steps; });
  EXPECT_EQ(steps, 0);  // their runs were complete
  for (std::size_t i = 0; i < result.attacks.size(); ++i)
    EXPECT_EQ(result.attacks[i].scores, again.attacks[i].scores);
}

}  // namespace
}  // namespace scrim::test
