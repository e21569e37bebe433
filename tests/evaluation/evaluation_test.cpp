#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "data/phantom/phantom_cohort.h"
#include "evaluation/attackers/correlation_attacker.h"
#include "evaluation/tasks/classification.h"
#include "evaluation/tasks/image_quality.h"
#include "evaluation/tasks/restoration.h"
#include "evaluation/tasks/retrain_classifier.h"
#include "evaluation/tasks/retrain_verifier.h"
#include "evaluation/tasks/segmentation.h"
#include "measures/image_quality.h"
#include "models/flow_anonymizer.h"
#include "models/noise_anonymizer.h"
#include "tensor/compute_device.h"
#include "tests/support/errors.h"
#include "tests/support/op_check.h"
#include "tests/support/phantom_suite.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"
#include "training/tasks/train_classifier.h"
#include "training/tasks/train_segmenter.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

class Evaluation : public PhantomSuite<90> {
 protected:
  static FilmSettings data() { return {.images = at("images"), .image_size = 64}; }

  RetrainVerifierConfig attack() const {
    return {.data = data(),
            .lists = {at("pairs/train.txt"), at("pairs/valid.txt")},
            .test_pairs = at("pairs/test.txt"),
            .attacker = {.width = 4, .layers = {1, 1, 1, 1}, .embed = 8},
            .seeds = 0,
            .side_channels = false,
            .mixture = false,
            .training = {.epochs = 1, .batch_size = 16},
            .embedding = {.starts = 0},
            .restorer = {.by = {}},
            .attributes = {.read = false},
            .bootstrap_draws = 200,
            .enrolments = 20,
            .folder = (folder / "attack").string()};
  }
  static void quiet(const std::string&, const TrainingProgress&) {}

  /// Of a classifier after so many epochs on the films that it is judged on.
  ClassificationConfig classification(std::int64_t epochs) const {
    const ClassifierConfig training{.data = data(),
                                    .lists = {at("splits/train.txt"), ""},
                                    .labels = at("labels.csv"),
                                    .model = {.growth = 8, .blocks = {1, 1, 1, 1}, .init_features = 8},
                                    .training = {.epochs = epochs, .batch_size = 8},
                                    .optimizer = {.learning_rate = 1e-2},
                                    .folder = (folder / "c").string()};
    const auto trained = run(training, "x", false, [](const TrainingProgress&) {});
    return {.data = data(),
            .test_list = at("splits/train.txt"),
            .labels = at("labels.csv"),
            .classifier = trained.weights.string(),
            .bootstrap_draws = 100};
  }

  /// Of a segmenter after so many epochs: the lungs, and the heart where lungs and heart are asked for.
  SegmentationConfig segmentation(std::int64_t epochs) const {
    const SegmenterConfig training{.data = data(),
                                   .lists = {at("splits/train.txt"), ""},
                                   .masks = {at("masks/lungs"), at("masks/heart")},
                                   .model = {.c = 2},
                                   .training = {.epochs = epochs, .batch_size = 4},
                                   .optimizer = {.learning_rate = 3e-3},
                                   .folder = (folder / "s").string()};
    const auto trained = run(training, "x", false, [](const TrainingProgress&) {});
    return {.data = data(),
            .test_list = at("splits/test.txt"),
            .segmenter = trained.weights.string(),
            .truth = {at("masks/lungs"), at("masks/lungs+") + at("masks/heart")},
            .organs = {0, 1}};
  }
};

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
  config.embedding.epochs = 6;
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
  config.restorer = {.by = {"network"}, .init_features = 4, .epochs = 1};
  const auto result = evaluate(config, quiet);
  ASSERT_EQ(result.attacks.size(), 2u);
  EXPECT_EQ(result.attacks[0].attacker.family, "embedding");
  EXPECT_EQ(result.attacks[1].attacker.family, "restoring network, then embedding");
  EXPECT_NE(result.attacks[0].scores, result.attacks[1].scores);
  EXPECT_TRUE(
      fs::exists(fs::path(config.folder) / "attackers/restoring_network_embedding_released_real_start_1"));
  std::int64_t steps = 0;
  const auto again = evaluate(config, [&](const std::string&, const TrainingProgress&) { ++steps; });
  EXPECT_EQ(steps, 0);
  EXPECT_EQ(again.attacks[1].scores, result.attacks[1].scores);
}

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

TEST(PointingGame, FindsTheHighestPlace) {
  Tensor maps = Tensor::zeros({1, 2, 4, 3});
  const auto set = [&](std::int64_t row, std::int64_t column, std::int64_t finding, float value) {
    maps.mutable_data<float>()[std::size_t((row * 4 + column) * 3 + finding)] = value;
  };
  set(1, 2, 1, 5);
  set(0, 0, 2, 5);
  set(1, 3, 0, 5);
  const auto near = [&](std::size_t finding, double x, double y) {
    const auto [at_x, at_y] = highest_place(maps, finding, 64);
    EXPECT_NEAR(at_x, x, 0.13) << finding;
    EXPECT_NEAR(at_y, y, 0.26) << finding;
    return std::pair(at_x, at_y);
  };
  near(1, 0.625, 0.75);
  const auto first = near(2, 0.125, 0.25), last = near(0, 0.875, 0.75);
  EXPECT_NEAR(first.first, 1 - last.first, 0.01);  // both rims alike
  EXPECT_NEAR(first.second, 1 - last.second, 0.01);
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

TEST_F(Evaluation, ListsThatContradictThePatientsAreRefused) {
  const auto lines = read_pairs(at("pairs/test.txt"));
  auto wrong = lines;
  wrong[0].same_patient = !wrong[0].same_patient;
  write_pairs(folder / "wrong", wrong);
  auto config = attack();
  config.test_pairs = folder / "wrong";
  EXPECT_NE(error_of([&] { evaluate(config, quiet); }).find("the patients say otherwise"), std::string::npos);
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

TEST_F(Evaluation, ReleaseIsTheFilmItselfWithoutAMethodAndNoiseIsOfTheFilm) {
  const FilmSet films(data().images, film_names(data().images, at("splits/test.txt")), data().options());
  const FilmSet same = Releaser({}, {}, 1).release(films);
  EXPECT_EQ(films.fingerprint(0), same.fingerprint(0));
  const Releaser noise({method_settings<Pixelization>({}), ""}, {}, 1);
  EXPECT_EQ(noise.release(films).fingerprint(0), noise.release(films).fingerprint(0));
  EXPECT_NE(noise.release(films, 0).fingerprint(0), noise.release(films, 1).fingerprint(0));
}

TEST_F(Evaluation, AGeneratorLooksAtFilmsOfTheSizeThatItWasTrainedOn) {
  FlowAnonymizer flow({4, {0.3, WarpOperator::corrected}}, Initializer(1));
  Facts facts = facts_of(GeneratorSettings{method_settings<FlowField>({.init_features = 4, .mu = 0.3})});
  facts["image_size"] = "32";
  write_safetensors(folder / "flow.safetensors", {flow.generator.state(), facts});
  const FilmSet films(data().images, {film_names(data().images, at("splits/test.txt")).front()},
                      data().options());
  const NoGradient no_gradient;
  const Tensor film = to_compute_device(films.film(0));
  const auto method = load_method(folder / "flow.safetensors").method;
  const auto drawn_at = [&](const Tensor& small) {
    return image_from_tensor(to_host(method->draw(film, small, {}).film.value()), 8).pixels;
  };
  const Tensor small = to_compute_device(resized_film(films.film(0), 32, 32));
  const ReleaseSettings settings{method_settings<FlowField>({}), folder / "flow.safetensors"};
  EXPECT_EQ(Releaser(settings, {}, 1).release_one(films, 0).image.pixels, drawn_at(small));
  EXPECT_NE(drawn_at(film), drawn_at(small));
}

TEST_F(Evaluation, ClassifierOnUnchangedFilmsIsTheSame) {
  const auto same = evaluate(classification(1));
  EXPECT_EQ(*same.mean_before.auc, *same.mean_after.auc);
  EXPECT_EQ(same.findings.size(), finding_names.size());
  EXPECT_FALSE(same.findings[13].before.auc);  // phantoms have no hernia
}

TEST_F(Evaluation, LearnedClassifierFindsNothingInNoise) {
  auto config = classification(40);
  config.release.method = method_settings<Pixelization>({.cell = 32, .epsilon = 0.001});
  const auto noise = evaluate(config);
  EXPECT_GT(*noise.mean_before.auc, 0.65);
  EXPECT_NEAR(*noise.mean_after.auc, 0.5, 0.15);
}

// What was released as it is teaches what real films teach, to the last bit; noise teaches something else.
TEST_F(Evaluation, AClassifierLearnsFromReleasedFilms) {
  const auto judge = classification(20);
  RetrainClassifierConfig config{.data = data(),
                                 .lists = {at("splits/train.txt"), ""},
                                 .test_list = at("splits/test.txt"),
                                 .labels = at("labels.csv"),
                                 .classifier = judge.classifier,
                                 .model = {.growth = 8, .blocks = {1, 1, 1, 1}, .init_features = 8},
                                 .seeds = 1,
                                 .training = {.epochs = 20, .batch_size = 8},
                                 .optimizer = {.learning_rate = 1e-2},
                                 .bootstrap_draws = 50,
                                 .folder = (folder / "same").string()};
  const auto quiet_progress = [](const std::string&, const TrainingProgress&) {};
  const auto same = evaluate(config, quiet_progress);
  const auto auc_of = [](const RetrainedClassifierResult& r, bool after) {
    std::vector<std::optional<double>> aucs;
    for (const FindingResult& f : r.findings.findings) aucs.push_back(after ? f.after.auc : f.before.auc);
    return *mean_of_known(aucs);
  };
  EXPECT_NEAR(auc_of(same, true), auc_of(same, false), 1e-12);
  config.release.method = method_settings<Pixelization>({.cell = 32, .epsilon = 0.001});
  config.folder = folder / "noise";
  const auto noise = evaluate(config, quiet_progress);
  EXPECT_NE(auc_of(noise, true), auc_of(noise, false));
  EXPECT_EQ(auc_of(noise, false), auc_of(same, false));  // both were tested on real films
  config.test_list = at("splits/train.txt");
  EXPECT_NE(error_of([&] { evaluate(config, quiet_progress); }).find("is used for training"),
            std::string::npos);
}

TEST_F(Evaluation, InversionTakesNoiseAwayAgain) {
  NoiseAnonymizer noisy({.init_features = 4, .noise_degree = 0.2}, Initializer(1));
  Facts facts =
      facts_of(GeneratorSettings{method_settings<Noise>({{.init_features = 4, .noise_degree = 0.2}})});
  facts["image_size"] = "64";
  write_safetensors(folder / "noise.safetensors", {noisy.generator.state(), facts});
  const auto lines = read_pairs(at("pairs/test.txt"));
  write_pairs(folder / "pairs", {lines.begin(), lines.begin() + 6});
  const auto strangers = read_list(at("splits/train.txt"));
  write_list(folder / "cohort", {strangers.begin(), strangers.begin() + 4});
  InversionConfig config{.common = {.data = data(),
                                    .test_pairs = folder / "pairs",
                                    .cohort_list = folder / "cohort",
                                    .release = {method_settings<Noise>({}), folder / "noise.safetensors"}},
                         .steps = 40};
  const auto result = evaluate(config);
  EXPECT_GT(result.restored.mean_psnr, result.released.mean_psnr + 3);
  EXPECT_GT(result.restored.mean_ssim, result.released.mean_ssim);
  config.common.release = {method_settings<Pixelization>({}), ""};
  EXPECT_THROW(evaluate(config), UsageError);
}

TEST_F(Evaluation, AveragingTakesDrawnNoiseAway) {
  const AveragingConfig config{.common = {.data = data(),
                                          .test_pairs = at("pairs/test.txt"),
                                          .cohort_list = at("splits/valid.txt"),
                                          .release = {method_settings<Pixelization>({.cell = 2}), ""}},
                               .releases = 6};
  const auto result = evaluate(config);
  EXPECT_GT(result.restored.mean_psnr, result.released.mean_psnr + 1);
}

// The classifier looks at the same place twice; boxes around the whole film are always hit, boxes of a pixel hardly ever.
TEST_F(Evaluation, ThePointingGameCountsHitsInBoxes) {
  auto config = classification(1);
  std::string whole = "image,finding,x,y,w,h\n", tiny = whole;
  const auto films = read_list(config.test_list);
  for (const auto& film : films) {
    whole += film + ",Mass,0,0,1024,1024\n";
    tiny += film + ",Mass,1023,1023,1,1\n";
  }
  whole += "another.png,Mass,0,0,9,9\n";  // not in the test
  write_file(folder / "whole.csv", whole);
  write_file(folder / "tiny.csv", tiny);
  config.boxes = folder / "whole.csv";
  const auto all = *evaluate(config).pointing;
  EXPECT_EQ(all.cases, std::int64_t(films.size()));
  EXPECT_EQ(all.hits_before, all.cases);
  EXPECT_EQ(all.hits_both, all.cases);
  EXPECT_NEAR(all.chance, 1, 1e-12);
  config.boxes = folder / "tiny.csv";
  EXPECT_LT(evaluate(config).pointing->hits_before, all.cases);
  config.boxes_side = 512;
  EXPECT_NE(error_of([&] { evaluate(config); }).find("outside the frame of 512 pixels"), std::string::npos);
}

TEST_F(Evaluation, SegmenterOnUnchangedFilmsIsTheSame) {
  auto config = segmentation(1);
  const auto same = evaluate(config);
  EXPECT_EQ(same.organs[0].dice_change, 0);
  ASSERT_TRUE(same.organs[0].before.hausdorff_pixels);
  EXPECT_EQ(same.organs[0].before.hausdorff_pixels, same.organs[0].after.hausdorff_pixels);
  EXPECT_FALSE(same.organs[0].before.hausdorff_mm);
  // A table that says how wide films are.
  std::string table = "image,findings,width_mm,height_mm\n", half = table;
  for (const auto& film : read_list(config.test_list)) {
    table += film + ",,320,320\n";
    half += film + ",,320,160\n";
  }
  write_file(folder / "widths.csv", table);
  config.labels = folder / "widths.csv";
  const double square = *evaluate(config).organs[0].before.hausdorff_mm;
  EXPECT_NEAR(square, *same.organs[0].before.hausdorff_pixels * 5, 1e-9);
  write_file(folder / "half.csv", half);
  config.labels = folder / "half.csv";
  const double flat = *evaluate(config).organs[0].before.hausdorff_mm;
  EXPECT_LT(flat, square);
  EXPECT_GT(flat, square / 2 - 1e-9);
  EXPECT_EQ(same.organs[0].before.mean_dice, same.organs[0].after.mean_dice);
  config.organs = {0, 2};
  EXPECT_THROW(evaluate(config), UsageError);
}

TEST_F(Evaluation, LearnedSegmenterLosesLungsInNoise) {
  auto config = segmentation(4);
  config.release.method = method_settings<Pixelization>({.cell = 16, .epsilon = 0.01});
  const auto noise = evaluate(config);
  EXPECT_GT(noise.organs[0].before.mean_dice, 0.8);
  EXPECT_LT(noise.organs[0].after.mean_dice, noise.organs[0].before.mean_dice - 0.1);
  EXPECT_LT(noise.organs[1].before.mean_dice, 0.6);  // the heart alone is not lungs and heart
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
                               .bootstrap_draws = 100,
                               .enrolments = 5,
                               .folder = (folder / "x").string()};
  EXPECT_GT(
      *evaluate(config, [](const std::string&, const TrainingProgress&) {}).attacks[0].figures.listed.auc,
      0.85);
}

GrayImage noisy(const GrayImage& image, int by) {
  GrayImage other = image;
  Random random(2);
  for (auto& pixel : other.pixels)
    pixel = std::uint16_t(std::clamp<std::int64_t>(pixel + random.below(2 * by + 1) - by, 0, 255));
  return other;
}

TEST(ImageQuality, KnowsEqualAndDifferentFilms) {
  GrayImage image{32, 40, 8, {}};
  for (int i = 0; i < 32 * 40; ++i) image.pixels.push_back(std::uint16_t((i * 7 + i / 40 * 3) % 256));
  EXPECT_DOUBLE_EQ(ssim(image, image), 1);
  EXPECT_TRUE(std::isinf(psnr(image, image)));
  EXPECT_GT(ssim(image, noisy(image, 5)), ssim(image, noisy(image, 40)));
  GrayImage brighter = image;
  for (auto& pixel : brighter.pixels) pixel = std::uint16_t(std::min(255, pixel + 10));
  EXPECT_THROW(ssim(image, GrayImage{32, 32, 8, std::vector<std::uint16_t>(1024)}), Error);
  EXPECT_THROW(ssim(GrayImage{8, 8, 8, std::vector<std::uint16_t>(64)},
                    GrayImage{8, 8, 8, std::vector<std::uint16_t>(64)}),
               Error);
}

// Two flat films: only the mean's term is left, (2 a b + c1) / (a^2 + b^2 + c1).
TEST(ImageQuality, SsimOfFlatFilmsByHand) {
  const GrayImage a{16, 16, 8, std::vector<std::uint16_t>(256, 51)},
      b{16, 16, 8, std::vector<std::uint16_t>(256, 102)};
  EXPECT_NEAR(ssim(a, b), (2 * 0.2 * 0.4 + 1e-4) / (0.04 + 0.16 + 1e-4), 1e-9);
  EXPECT_NEAR(psnr(a, b), -20 * std::log10(0.2), 1e-9);
  EXPECT_EQ(share_of_changed_pixels(a, b), 1);
}

}  // namespace
}  // namespace scrim::test
