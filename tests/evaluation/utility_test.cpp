#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "evaluation/tasks/image_quality.h"
#include "evaluation/tasks/pointing_game.h"
#include "evaluation/tasks/retrain_classifier.h"
#include "measures/image_quality.h"
#include "tests/evaluation/evaluation_suite.h"
#include "tests/support/errors.h"

namespace scrim::test {
namespace {

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

TEST(PointingGame, ReadsWhereAPixelIsSeen) {
  Tensor seen_at = Tensor::zeros({1, 2, 4, 2});
  const auto at = seen_at.mutable_data<float>();
  at[2 * (1 * 4 + 3)] = 0.5f;  // the last pixel of the second row shows the film at (0.75, 0.1)
  at[2 * (1 * 4 + 3) + 1] = -0.8f;
  const auto [x, y] = place_seen_at(seen_at, 0.8, 0.6);
  EXPECT_NEAR(x, 0.75, 1e-6);
  EXPECT_NEAR(y, 0.1, 1e-6);
  EXPECT_EQ(place_seen_at(seen_at, 1, 1), std::pair(x, y));  // the film's very corner
  EXPECT_EQ(place_seen_at(seen_at, 0.7, 0.6), std::pair(0.5, 0.5));
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

// On a release that is laid on another chest, the place counts that it shows.
TEST_F(Evaluation, ThePointingGameFollowsPlacesOntoTheFilm) {
  const auto config = classification(1);
  const auto classifier = load_classifier(config.classifier);
  const FilmSet films(at("images"), read_list(config.test_list), {.image_size = classifier.image_size});
  std::vector<FindingBox> boxes;
  for (const auto& film : films.names()) boxes.push_back({film, 4, 0, 0, 10, 10});
  const auto hits = [&](double x, double y) {
    const PlaceOnFilm place = [=](std::int64_t, double, double) { return std::pair(x, y); };
    return pointing_game(*classifier.network, films, films.only({0, 1, 2}),
                         {boxes.begin(), boxes.begin() + 3}, 100, place)
        .hits_after;
  };
  EXPECT_EQ(hits(0.05, 0.05), 3);
  EXPECT_EQ(hits(0.5, 0.05), 0);
  EXPECT_EQ(hits(0.05, 0.5), 0);
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
