// What is measured of transplants: attackers who know the gate.
#include "base/atomic_file.h"
#include "evaluation/attackers/gate_attacker.h"
#include "evaluation/restorers/gate_cut.h"
#include "evaluation/tasks/kept_lesions.h"
#include "tests/evaluation/evaluation_suite.h"
#include "tests/support/errors.h"
#include "tests/support/phantom_pool.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

class TransplantEvaluation : public Evaluation {
 protected:
  static void SetUpTestSuite() {
    Evaluation::SetUpTestSuite();
    phantom::write_cohort(shared() / "others",
                          {.films = 40, .seed = 2, .first_patient = 5000, .film = {.size = 64}},
                          [](std::int64_t) {});
    write_phantom_pool(shared() / "pool", shared() / "others/images", shared() / "others/labels.csv");
    // Everything on a film is a finding: its middle, half the side.
    fs::create_directories(shared() / "middles");
    GrayImage middle{64, 64, 8, std::vector<std::uint16_t>(64 * 64)};
    for (std::size_t i = 0; i < middle.pixels.size(); ++i)
      middle.pixels[i] = i / 64 >= 16 && i / 64 < 48 && i % 64 >= 16 && i % 64 < 48 ? 255 : 0;
    for (const auto& name : film_names(at("images"), "")) write_png(shared() / "middles" / name, middle);
  }
  static ReleaseSettings pixels(double largest_gate) {
    return {method_settings<Transplant>({.pool = (shared() / "pool").string(),
                                         .content = "pixels",
                                         .findings = (shared() / "middles").string(),
                                         .largest_gate = largest_gate}),
            "", at("labels.csv")};
  }
  RetrainVerifierConfig transplant_attack(double largest_gate) const {
    auto config = attack();
    config.labels = at("labels.csv");
    config.release = pixels(largest_gate);
    return config;
  }
  static double auc_of(const VerificationResult& result, const std::string& family, const std::string& kind) {
    for (const Attack& attack : result.attacks)
      if (attack.attacker.family == family && attack.pairs == kind) return *attack.figures.strangers.auc;
    return -1;
  }
};

TEST_F(TransplantEvaluation, WhoKnowsTheGateFindsWhatIsKept) {
  const auto result = evaluate(transplant_attack(0.06), quiet);
  EXPECT_GT(auc_of(result, "gate", "released_real"), 0.75);
  EXPECT_GT(auc_of(result, "gate", "released_real"), auc_of(result, "correlation", "released_real"));
  EXPECT_GT(auc_of(result, "gate", "released_released"), 0.65);
  EXPECT_FALSE(result.guarantee);
}

/// Without strangers the score is the likeness itself.
TEST_F(TransplantEvaluation, GatesAreLaidOnEachOther) {
  const std::string name = film_names(at("images"), "").front();
  GrayImage film = read_image(fs::path(at("images")) / name), moved = film;
  constexpr std::int64_t shift = 7;  // farther than the attacker looks
  for (std::int64_t i = 0; i < 64 * 64; ++i)
    moved.pixels[std::size_t(i)] =
        film.pixels[std::size_t(i / 64 * 64 + std::max<std::int64_t>(i % 64 - shift, 0))];
  const FilmSet films({"film", "moved", "left", "right"}, {film, moved, film, film}, 64);
  const FilmSet none = films.only({0});
  const FilmReader lungs({.segmenter = TransplantSettings().segmenter});
  GateAttacker attacker(none, none, lungs, [](const FilmSet& of, std::int64_t i) {
    Tensor gate = Tensor::full({1, 64, 64, 1}, 1);
    for (std::size_t p = 0; p < 64 * 64; ++p)
      if ((of.name(i) == "left" && p % 64 >= 28) || (of.name(i) == "right" && p % 64 < 36))
        gate.mutable_data<float>()[p] = 0;
    return gate;
  });
  const auto seen = attacker.look(films, FilmKind::released);
  const auto scores = attacker.scores(*seen, *seen, {{0, 0, true}, {0, 1, true}, {2, 3, true}, {2, 2, true}});
  EXPECT_NEAR(scores[0], 1, 1e-3);
  EXPECT_GT(scores[1], 0.7);  // one chest, wherever it stands on the film
  EXPECT_EQ(scores[2], 0);    // no pixel is of both gates
  EXPECT_NEAR(scores[3], 1, 1e-3);
}

TEST_F(TransplantEvaluation, NothingIsFoundWhereNothingIsKept) {
  auto config = transplant_attack(0);
  config.side_channels = true;
  const auto result = evaluate(config, quiet);
  EXPECT_EQ(auc_of(result, "gate", "released_real"), 0.5);
  EXPECT_EQ(auc_of(result, "gate_place", "released_real"), 0.5);
  EXPECT_EQ(auc_of(result, "gate_place", "released_released"), 0.5);
}

TEST_F(TransplantEvaluation, WhatIsNotThePatientsIsCovered) {
  const Releaser releaser(pixels(0.1), {}, 1);
  const FilmSet real(at("images"), {film_names(at("images"), "").front()}, {.image_size = 64});
  const FilmSet released = releaser.release(real), cut = GateCut(releaser).restored(real, released, 0);
  const Tensor gate = releaser.release_one(real, 0).gate;
  const GrayImage before = released.image(0), after = cut.image(0);
  for (std::size_t i = 0; i < after.pixels.size(); ++i)
    EXPECT_EQ(after.pixels[i], gate.data<float>()[i] > 0 ? before.pixels[i] : 128);
}

/// The donor's chest with the true layer: lesions stand where the masks say, and show as on the film.
TEST_F(TransplantEvaluation, LesionsAreFoundWhereTheyWere) {
  KeptLesionsConfig config{.data = data(),
                           .test_list = "",
                           .findings = at("masks/findings"),
                           .twins = at("twins"),
                           .release = {method_settings<Transplant>({.pool = (shared() / "pool").string(),
                                                                    .findings = at("masks/findings"),
                                                                    .twins = at("twins"),
                                                                    .largest_gate = 1}),
                                       "", at("labels.csv")}};
  const KeptLesionsResult result = evaluate(config);
  double overlap = 0, count = 0, size = 0, before = 0, after = 0;
  for (const KeptFilm& film : result.films) {
    EXPECT_EQ(film.overlap.has_value(), !film.lesions.empty());
    if (!film.overlap) {
      EXPECT_EQ(film.kept_share, 0) << film.film;
      continue;
    }
    ++count;
    overlap += *film.overlap;
    size += *film.size;
    for (const KeptLesion& lesion : film.lesions) {
      before += *lesion.contrast_before;
      after += lesion.contrast_after;
      EXPECT_GT(lesion.diameter, 0);
    }
  }
  EXPECT_GT(overlap / count, 0.7);
  EXPECT_NEAR(size / count, 1, 0.4);
  EXPECT_NEAR(after / before, 1, 0.4);

  // Gates that are half as large cover half.
  config.release.method.of<Transplant>().largest_gate = 0.02;
  double covered = 0, lesions = 0;
  for (const KeptFilm& film : evaluate(config).films) {
    EXPECT_LE(film.kept_share, 0.02);
    for (const KeptLesion& lesion : film.lesions) {
      covered += lesion.covered;
      ++lesions;
    }
  }
  EXPECT_LT(covered / lesions, 0.6);

  config.release.method = method_settings<Pixelization>({});
  expect_contains(error_of([&] { evaluate(config); }), "keeps no part of a film");
}

}  // namespace
}  // namespace scrim::test
