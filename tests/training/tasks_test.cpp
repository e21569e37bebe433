// Every training task on a small phantom cohort: it learns, it resumes to the same bytes, it refuses what
// makes no sense, and it names what is missing.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "data/files/landmarks.h"
#include "films/organ_mask.h"
#include "measures/overlap.h"
#include "tensor/compute_device.h"
#include "tests/support/op_check.h"
#include "tests/training/learning_curve.h"
#include "tests/training/small_tasks.h"
#include "training/tasks/train_matcher.h"

namespace scrim::test {
namespace {

class Tasks : public SmallTasks {};

/// A task of attackers alone: it has no configuration of its own.
struct MatcherRun {
  const PairData& train;
  std::string folder;
  std::int64_t epochs = 2;
};
TrainingResult run(const MatcherRun& r, const std::string& text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress) {
  const MatcherTraining settings{
      .model = {.width = 2, .embed = 4},
      .weight_average = 0.9,
      .augmentation = {.shift = 0.05, .contrast = 0.1},
      .training = {.epochs = r.epochs, .batch_size = 16, .checkpoint_every_steps = 2},
      .optimizer = {.name = "adamw", .learning_rate = 3e-3},
      .schedule = {.name = "cosine", .warmup_epochs = 1},
      .folder = r.folder};
  return train_matcher(settings, r.train, &r.train, text, resume, progress);
}

TEST_F(Tasks, MatcherLearnsAndResumesToTheSameBytes) {
  const FilmSet films(data().images, film_names(data().images, ""), data().options());
  std::vector<IndexedPair> pairs;
  for (std::int64_t i = 0; i < films.count(); ++i) {
    pairs.push_back({i, i, true});
    pairs.push_back({i, (i + 1) % films.count(), false});  // learning leaves these out
  }
  const PairData train{films, films, pairs, {}, {}};
  LearningCurve curve;
  run(MatcherRun{train, folder / "learns", 8}, "x", false, std::ref(curve));
  EXPECT_LT(curve.fell_to(), 0.9);
  expect_same_bytes_when_resumed(
      MatcherRun{train, folder / "whole"}, MatcherRun{train, folder / "parts"},
      {"metrics.csv", "checkpoint.safetensors", "best.safetensors", "weights.safetensors"});
}

TEST_F(Tasks, VerifierLearns) {
  for (const char* negatives : {"listed", "in_batch"}) {
    auto config = verifier(negatives);
    config.contrast.negatives = negatives;
    config.training.epochs = 24;
    config.optimizer.learning_rate = 4e-3;
    config.augmentation = {};
    LearningCurve curve;
    const TrainingResult result = run(config, "x", false, std::ref(curve));
    EXPECT_LT(curve.fell_to(), 0.9) << negatives;
    EXPECT_EQ(result.weights.filename(), "best.safetensors");
    ASSERT_TRUE(result.best_valid_loss);
    const auto loaded = load_verifier(result.weights);
    EXPECT_EQ(loaded.image_size, 32);
    EXPECT_EQ(loaded.settings.layers, (std::vector<std::int64_t>{1, 1, 1, 1}));
  }
}

TEST_F(Tasks, VerifierResumesToTheSameBytes) {
  for (const char* negatives : {"listed", "in_batch"}) {
    auto whole = verifier(std::string("whole_") + negatives),
         parts = verifier(std::string("parts_") + negatives);
    if (std::string(negatives) == "in_batch")
      whole.contrast.single_films = parts.contrast.single_films = lists().train;
    whole.contrast.negatives = parts.contrast.negatives = negatives;
    expect_same_bytes_when_resumed(
        whole, parts, {"metrics.csv", "checkpoint.safetensors", "best.safetensors", "weights.safetensors"});
  }
}

TEST_F(Tasks, AnEmbeddingWithAnAverageAndACosineScheduleLearnsAndResumes) {
  const auto embedding = [&](const std::string& name) {
    auto config = verifier(name);
    config.contrast = {"in_batch", 0.1, lists().train};
    config.weight_average = 0.9;
    config.schedule = {.name = "cosine", .warmup_epochs = 1};
    return config;
  };
  expect_same_bytes_when_resumed(
      embedding("whole"), embedding("parts"),
      {"metrics.csv", "checkpoint.safetensors", "best.safetensors", "weights.safetensors"});
  auto config = embedding("learns");
  config.training.epochs = 12;
  config.optimizer.learning_rate = 4e-3;
  LearningCurve curve;
  run(config, "x", false, std::ref(curve));
  EXPECT_LT(curve.fell_to(), 0.9);
  // The rate rises in the first epoch and ends near 0; it stands in the last column.
  std::vector<double> rates;
  const std::string metrics = bytes(folder / "learns/metrics.csv");
  for (const std::string_view line : split_lines(metrics))
    if (const auto cells = split(line, ','); cells[0] != "step")
      rates.push_back(std::stod(std::string(cells.back())));
  EXPECT_NEAR(rates.front(), 4e-3 / 2, 1e-9);
  EXPECT_NEAR(*std::max_element(rates.begin(), rates.end()), 4e-3, 1e-9);
  EXPECT_LT(rates.back(), 4e-3 * 0.05);
}

TEST_F(Tasks, EarlyStoppingEndsTheRunAndStaysEnded) {
  auto config = verifier("run");
  config.training.epochs = 50;
  config.training.early_stopping = 2;
  config.optimizer.learning_rate = 0.3;  // far too much: the validation soon gets no better
  std::int64_t steps = 0;
  run(config, "x", false, [&](const TrainingProgress& p) { steps = p.step; });
  EXPECT_LT(steps, 50 * 10);
  const std::string metrics = bytes(folder / "run/metrics.csv");
  run(config, "x", true, [&](const TrainingProgress&) { ADD_FAILURE() << "went on after its end"; });
  EXPECT_EQ(bytes(folder / "run/metrics.csv"), metrics);
}

TEST_F(Tasks, PairsAreScoredAsTheWholeNetworkScoresThem) {
  const PairSet set = indexed(read_pairs(at("pairs/test.txt")));
  const FilmSet films(data().images, set.names, data().options());
  SiameseVerifier verifier({4, {1, 1, 1, 1}, 8}, Initializer(3));
  verifier.to(compute_device());
  const Tensor rows = embeddings(verifier, films);
  const auto logits = pair_logits(verifier, rows, rows, set.pairs);
  const NoGradient no_gradient;
  for (std::size_t i : {std::size_t(0), set.pairs.size() - 1}) {
    const auto& pair = set.pairs[i];
    const auto film = [&](std::int64_t index) { return Variable(to_compute_device(films.batch({index}))); };
    EXPECT_NEAR(verifier(film(pair.first), film(pair.second)).value().item(), logits[i], 1e-5);
  }
}

TEST_F(Tasks, ClassifierLearnsAndResumesToTheSameBytes) {
  auto config = classifier("learns");
  config.training.epochs = 24;
  config.schedule = {};
  LearningCurve curve;
  run(config, "x", false, std::ref(curve));
  EXPECT_LT(curve.fell_to(), 0.8);
  expect_same_bytes_when_resumed(
      classifier("whole"), classifier("parts"),
      {"metrics.csv", "checkpoint.safetensors", "best.safetensors", "weights.safetensors"});
}

TEST_F(Tasks, GameResumesToTheSameBytes) {
  expect_same_bytes_when_resumed(
      game("whole"), game("parts"),
      {"metrics.csv", "checkpoint.safetensors", "lowest_total_loss.safetensors",
       "lowest_total_loss_verifier.safetensors", "lowest_classifier_loss.safetensors",
       "lowest_verifier_loss.safetensors", "weights.safetensors", "weights_classifier.safetensors"});
}

TEST_F(Tasks, EveryGeneratorPlaysTheGame) {
  for (const auto& [name, change] : std::map<std::string, std::function<void(GeneratorSettings&)>>{
           {"noise", [](auto& g) { g.method = "noise"; }},
           {"noise_by_region",
            [](auto& g) { g.method = "noise", g.template of<Noise>().noise_in_masks = 0.25; }},
           {"privacy_net", [](auto& g) { g.method = "privacy_net"; }},
           {"protected", [](auto& g) { g.template of<FlowField>().protection = "blend"; }},
           {"protected_field", [](auto& g) { g.template of<FlowField>().protection = "field"; }},
           {"published", [](auto& g) { g.template of<FlowField>().op = "published"; }}}) {
    SCOPED_TRACE(name);
    auto config = game(name);
    config.training.epochs = 1;
    config.game.pairs = name == "noise" ? "same_patient_only" : "published";
    change(config.generator);
    const TrainingResult result = run(config, "x", false, quiet);
    const GeneratorSettings loaded = load_method(result.weights).settings;
    EXPECT_EQ(loaded.method, config.generator.method);
    EXPECT_EQ(loaded.of<FlowField>().protection, config.generator.of<FlowField>().protection);
    EXPECT_EQ(loaded.of<Noise>().noise_in_masks, config.generator.of<Noise>().noise_in_masks);
  }
}

// What the game is for: a verifier that knows something and hardly learns more is evaded.
TEST_F(Tasks, GeneratorLearnsToEvade) {
  auto judge = verifier("v");
  judge.training.epochs = 16;
  judge.optimizer.learning_rate = 4e-3;
  run(judge, "v", false, quiet);
  run(classifier("c"), "c", false, quiet);
  auto config = game("run");
  config.generator.of<FlowField>().mu = 0.3;
  config.generator_optimizer.learning_rate = 3e-3;
  config.game.ac_loss_weight = 0.01;
  config.training.epochs = 16;
  config.verifier_optimizer.learning_rate = config.classifier_optimizer.learning_rate = 1e-9;
  LearningCurve curve;
  run(config, "x", false, std::ref(curve));
  EXPECT_LT(curve.fell_to(), 0.96);
}

TEST_F(Tasks, ProtectedPixelsKeepTheirValues) {
  const PairSet set = indexed(read_pairs(at("pairs/test.txt")));
  const FilmSet films(data().images, set.names, data().options());
  const MaskSet masks({{at("masks/lungs"), at("masks/heart")}, 0}, set.names, data().options());
  FlowField method({.init_features = 4, .mu = 0.3, .protection = "blend"}, Initializer(1));
  method.generator().set_training(false);
  const NoGradient no_gradient;
  const Tensor x = films.batch({0}), mask = masks.batch({0}), y = method(x, mask).value();
  std::size_t inside = 0, moved = 0;
  for (std::size_t i = 0; i < std::size_t(x.numel()); ++i) {
    if (mask.data<float>()[i] == 1) {
      ++inside;
      EXPECT_EQ(x.data<float>()[i], y.data<float>()[i]);
    } else if (mask.data<float>()[i] == 0) {
      moved += x.data<float>()[i] != y.data<float>()[i];
    }
  }
  EXPECT_GT(inside, 100u);
  EXPECT_GT(moved, 100u);
}

TEST_F(Tasks, MissingJudgesAndMasksAreNamed) {
  auto config = game("run");
  config.verifier_weights = (folder / "absent.safetensors").string();
  expect_contains(error_of([&] { run(config, "x", false, quiet); }), "absent.safetensors");
  config = game("run");
  config.verifier_weights = config.classifier_weights;
  expect_contains(error_of([&] { run(config, "x", false, quiet); }),
                  "holds a densenet_classifier, expected a siamese_verifier");
  config = game("run");
  config.data.image_size = 64;
  expect_contains(error_of([&] { run(config, "x", false, quiet); }), "trained on films of 32 pixels");
  config = game("run");
  config.generator.of<FlowField>().protection = "blend";
  config.masks.folders.clear();
  expect_contains(error_of([&] { run(config, "x", false, quiet); }), "masks.folders is empty");
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST_F(Tasks, DataFaultsAreNamedTogether) {
  write_file(folder / "pairs", "00000001_000.png absent.png 1\n00000001_000.png gone.png 0\n");
  auto config = verifier("run");
  config.lists.train = folder / "pairs";
  const std::string missing = error_of([&] { run(config, "x", false, quiet); });
  expect_contains(missing, "2 problems");
  expect_contains(missing, "absent.png");
  expect_contains(missing, "gone.png");
  config = verifier("run");
  config.lists.valid = config.lists.train;
  expect_contains(error_of([&] { run(config, "x", false, quiet); }),
                  "is used for training and for validation");
  auto labeled = classifier("run");
  labeled.labels = folder / "labels.csv";
  write_file(labeled.labels, "image,findings\n00000001_000.png,Mass\n");
  expect_contains(error_of([&] { run(labeled, "x", false, quiet); }), "has no line for the film");
}

TEST_F(Tasks, PatientsOnBothSidesAreRefused) {
  const auto train = read_list(at("splits/train.txt"));
  std::string first, second;  // two films of one patient
  for (std::size_t i = 1; i < train.size() && first.empty(); ++i)
    if (train[i].substr(0, 8) == train[i - 1].substr(0, 8)) first = train[i - 1], second = train[i];
  write_list(folder / "train", {first});
  write_list(folder / "valid", {second});
  auto config = classifier("run");
  config.lists = {folder / "train", folder / "valid"};
  expect_contains(error_of([&] { run(config, "x", false, quiet); }),
                  "has films in training and in validation");
  fs::create_directories(folder / "films");
  fs::copy_file(cohort() / "images" / first, folder / "films/one.png");
  fs::copy_file(cohort() / "images" / first, folder / "films/two.png");
  write_list(folder / "train", {"one.png"});
  write_list(folder / "valid", {"two.png"});
  write_file(folder / "labels.csv", "image,findings\none.png,Mass\ntwo.png,Mass\n");
  config.data.images = folder / "films";
  config.labels = folder / "labels.csv";
  expect_contains(error_of([&] { run(config, "x", false, quiet); }), "has the same pixels as one.png");
}

TEST_F(Tasks, AVanishedFolderStopsTheRunWithAnError) {
  const auto config = verifier("run");
  const std::string message = error_of([&] {
    run(config, "x", false, [&](const TrainingProgress& p) {
      if (p.step == 1) fs::remove_all(folder / "run");
    });
  });
  expect_contains(message, "run");
  EXPECT_FALSE(fs::exists(folder / "run/weights.safetensors"));
}

TEST_F(Tasks, NonFiniteJudgesStopTheGameAndKeepTheCheckpoint) {
  auto config = game("run");
  config.training.checkpoint_every_steps = 1;
  try {
    run(config, "x", false, [](const TrainingProgress& p) {
      if (p.step == 2) throw Stop();
    });
  } catch (const Stop&) {
  }
  const fs::path path = folder / "run/checkpoint.safetensors";
  TensorFile file = read_safetensors(path);
  const auto poisoned = file.tensors.lower_bound("classifier.model.");
  ASSERT_NE(poisoned, file.tensors.end());
  poisoned->second.mutable_data<float>()[0] = std::nanf("");
  write_safetensors(path, file);
  const std::string before = bytes(path);
  const std::string message = error_of([&] { run(config, "x", true, quiet); });
  expect_contains(message, "stopped at step 2");
  expect_contains(message, "in the update of the generator");
  EXPECT_EQ(bytes(path), before);
}

TEST_F(Tasks, SegmentersLearnAndResumeToTheSameBytes) {
  for (const std::string kind : {"unet", "hybridgnet"}) {
    SCOPED_TRACE(kind);
    const auto config = [&](const std::string& name) { return segmenter(kind, name); };
    expect_same_bytes_when_resumed(config("whole"), config("parts"),
                                   {"metrics.csv", "checkpoint.safetensors", "best.safetensors"});
    auto longer = config("longer");
    longer.training.epochs = 8;
    longer.training.batch_size = 4;
    double first = 0, last = 0;
    const auto result = run(longer, "x", false, [&](const TrainingProgress& p) {
      if (!p.valid_loss) return;
      if (first == 0) first = *p.valid_loss;
      last = *p.valid_loss;
    });
    EXPECT_LT(last, 0.8 * first);
    Segmenter loaded = Segmenter::load(result.weights);
    EXPECT_EQ(loaded.settings().kind, kind);
    const FilmSet films(at("images"), {read_list(at("splits/test.txt")).front()}, {.image_size = 64});
    const Tensor masks = loaded.organ_masks(films.film(0));
    EXPECT_EQ(masks.shape(), (Shape{1, 64, 64, kind == "unet" ? 2 : 3}));
  }
}

// The phantom's landmarks and masks are of one anatomy; after the same change they must still fit.
TEST_F(Tasks, LandmarksFitMasks) {
  const std::string name = read_list(at("splits/train.txt")).front();
  const FilmSet heart(at("masks/heart"), {name}, {.image_size = 64});
  std::vector<float> units;
  const auto landmarks = read_landmarks((cohort() / "landmarks" / name).replace_extension(".csv"), 120);
  for (std::size_t i = 94; i < 120; ++i) {
    units.push_back(float((landmarks[i].x + 0.5) / 64));
    units.push_back(float((landmarks[i].y + 0.5) / 64));
  }
  const Tensor drawn = organ_masks(Tensor::from<float>({1, 26, 2}, units), {26}, 64, 64),
               mask = heart.film(0);
  EXPECT_GT(dice({drawn.data<float>().data(), 64, 64, 1}, {mask.data<float>().data(), 64, 64, 1}), 0.95);
}

TEST_F(Tasks, ConfigurationsAreChecked) {
  refuses(
      verifier("x"),
      [](auto& c) {
        c.model.layers = {1, 2};
      },
      "model.layers");
  refuses(
      verifier("x"), [](auto& c) { c.contrast.negatives = "some"; }, "training.negatives");
  refuses(
      verifier("x"),
      [](auto& c) {
        c.contrast.negatives = "in_batch";
        c.training.batch_size = 1;
      },
      "training.batch_size");
  refuses(
      verifier("x"), [](auto& c) { c.contrast.single_films = "list.txt"; }, "data.single_films");
  refuses(
      verifier("x"), [](auto& c) { c.augmentation.scale = -1; }, "augmentation.scale");
  refuses(
      verifier("x"), [](auto& c) { c.training.early_stopping = -1; }, "training.early_stopping");
  refuses(
      classifier("x"), [](auto& c) { c.labels = ""; }, "data.labels");
  refuses(
      classifier("x"), [](auto& c) { c.model.growth = 0; }, "model.growth");
  GameConfig game{
      .data = data(), .lists = pairs(), .labels = "l", .verifier_weights = "v", .classifier_weights = "c"};
  check(game);
  refuses(
      game, [](auto& c) { c.generator.method = "blur"; }, "generator.method");
  refuses(
      game, [](auto& c) { c.game.pairs = "some"; }, "game.pairs");
  refuses(
      game, [](auto& c) { c.verifier_weights = ""; }, "judges.verifier");
  refuses(
      game, [](auto& c) { c.classifier_optimizer.name = "lion"; }, "classifier_optimizer.name");
}

}  // namespace
}  // namespace scrim::test
