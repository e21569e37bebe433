// Attacks on public codes: what must be found is found, and chance is called chance.
#include <gtest/gtest.h>

#include "evaluation/code_attacks/learned_code_attack.h"
#include "evaluation/code_attacks/value_attack.h"
#include "sharing/format/share_writer.h"
#include "tests/sharing/random_signs.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace scrim::test {
namespace {

/// A small coder with random weights, and films of noise in large spots.
class CodeAttack : public testing::Test {
 protected:
  static constexpr std::int64_t side = 64;

  CodeAttack() {
    const SparseCoderSettings settings{.channels_list = {1, 8, 8},
                                       .proj_filter_size = 4,
                                       .num_proj_channels = 64,
                                       .num_code_maps = 2,
                                       .k = 4,
                                       .patch_size = 32};
    State state = build(settings, Initializer(3))->state();
    state["decoder.conv_deindexer.beta_pos"] = Tensor::full({8}, 0.5);
    state["decoder.conv_deindexer.beta_neg"] = Tensor::full({8}, -0.5);
    state["decoder.up_blocks_int.1.res_conv.bias"] = Tensor::full({1}, 0.5);
    for (float& weight : state["decoder.conv_channel.weight"].mutable_data<float>()) weight *= 20;
    write_safetensors(folder / "w", {state, facts_of(settings)});
    sealer = std::make_unique<FilmSealer>(folder / "w", 0);
    for (std::uint64_t seed = 0; seed < 6; ++seed) films.push_back(spots(seed));
  }

  static GrayImage spots(std::uint64_t seed) {
    Random random(seed);
    std::array<double, 36> heights{};
    for (double& height : heights) height = random.uniform();
    GrayImage film{side, side, 8, {}};
    for (std::int64_t y = 0; y < side; ++y)
      for (std::int64_t x = 0; x < side; ++x)
        film.pixels.push_back(std::uint16_t(255 * heights[std::size_t(y / 11 * 6 + x / 11)]));
    return film;
  }

  AttackedFilm published(std::size_t film) {
    const TernaryCode code = sealer->coder().encode(films[film]);
    return {ambiguated(code, 64, Random(film)), signs_of(code, 64), films[film]};
  }
  AttackedFilm sealed(std::size_t film, ShareMode mode) {
    const ShareFile file = sealer->seal(films[film], mode, {{new_secret_key().public_key()}, nullptr});
    return {dense_view(file), sealer->coder().signs(films[film]), films[film]};
  }

  TemporaryFolder folder;
  std::unique_ptr<FilmSealer> sealer;
  std::vector<GrayImage> films;
};

TEST_F(CodeAttack, PublishedCodesGiveAllNegativesAway) {
  const auto results = attack_by_values(sealer->coder(), published(0), PublicKind::published);
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].negatives.share, 1);
  EXPECT_TRUE(results[0].negatives.beyond_chance());
  EXPECT_EQ(results[0].positives.share, 0);
  EXPECT_NEAR(results[0].negatives.chance, 4.0 / 64, 1e-9);
  EXPECT_EQ(results[1].negatives.share, 1);
  expect_contains(verdict(PublicKind::published, results),
                  "give away: 100.0 % (all of them; 6.2 % by chance)");
}

/// A film's code with values of our own, ambiguated.
TEST_F(CodeAttack, PositivesBelowTheirDecoysAreFoundByThresholds) {
  AttackedFilm target = published(0);
  const SignPlaces places = places_of(target.code);
  const auto attacked = [&](double lowest_negative) {
    Random random(2);
    const auto values = [&](const Tensor& index, double low, double high) {
      Tensor value = Tensor::empty(index.shape());
      for (float& v : value.mutable_data<float>()) v = float(random.uniform(low, high));
      return value;
    };
    const TernaryCode code{values(places.positive, 1, 3), values(places.negative, lowest_negative, -1),
                           places.positive, places.negative};
    target.dense = ambiguated(code, 64, Random(5));
    return attack_by_values(sealer->coder(), target, PublicKind::published);
  };
  // The negatives' decoys end at -0.8: positives lie bare up to their own decoys, from 3 on.
  const auto bare = attacked(-1.2);
  EXPECT_EQ(bare[1].negatives.share, 1);
  EXPECT_GT(bare[1].positives.share, 0.99);
  EXPECT_LT(bare[1].positives.chance, 0.07);  // no decoy is named
  expect_contains(verdict(PublicKind::published, bare), "more than chance");
  // The negatives' decoys reach 4, over all positives: the k largest below 3 still hold many of them.
  const auto covered = attacked(-6);
  EXPECT_EQ(covered[1].negatives.share, 1);
  EXPECT_TRUE(covered[1].positives.beyond_chance());
  EXPECT_GT(covered[1].positives.share, 3 * covered[1].positives.chance);
}

TEST_F(CodeAttack, SealedBytesGiveChance) {
  for (const auto& [mode, kind] :
       {std::pair(ShareMode::sealed, PublicKind::sealed), {ShareMode::ternary_pad, PublicKind::ternary_pad}})
    for (std::size_t film = 0; film < films.size(); ++film)
      for (const AttackResult& result : attack_by_values(sealer->coder(), sealed(film, mode), kind)) {
        EXPECT_FALSE(result.negatives.beyond_chance()) << name_of(mode) << " " << result.attack;
        EXPECT_FALSE(result.positives.beyond_chance()) << name_of(mode) << " " << result.attack;
        EXPECT_NEAR(result.negatives.share, 4.0 / 64, 5 * result.negatives.deviation) << name_of(mode);
      }
}

TEST_F(CodeAttack, CodesOfAnyNumberOfSignsAreLookedAt) {
  const TernarySigns odd = random_signs({1, 3, 1, 8, 2}, 1);  // 72 signs: three fill the last byte up
  const ShareHeader header{.mode = ShareMode::ternary_pad, .height = 8, .width = 8, .patch_size = 8};
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(dense_view(seal_code(header, odd, {.keys = {new_secret_key().public_key()}})).shape(),
              (Shape{1, 3, 3, 8, 1}));
}

TEST_F(CodeAttack, TheLearnedAttackerLearnsFromPublishedCodesAndNotFromSealedOnes) {
  std::vector<GrayImage> own;
  for (std::uint64_t seed = 10; seed < 30; ++seed) own.push_back(spots(seed));
  const LearnedAttackOptions options{.steps = 300, .patches_in_step = 8};
  const auto quiet = [](std::int64_t, double) {};
  LearnedAttacker on_sealed(sealer->coder(), PublicKind::sealed, own, side, side);
  on_sealed.train(options, quiet);
  const AttackedFilm target = sealed(0, ShareMode::sealed);
  EXPECT_LT(on_sealed.trust(), 0.3);  // it begins at 0.88; keys differ from run to run
  EXPECT_LE(on_sealed(target).ssim, on_sealed.mean_film(target).ssim + 0.01);
  EXPECT_LE(on_sealed(target).psnr, on_sealed.mean_film(target).psnr + 0.2);
  LearnedAttacker on_published(sealer->coder(), PublicKind::published, own, side, side);
  on_published.train(options, quiet);
  EXPECT_GT(on_published.trust(), on_sealed.trust());
  EXPECT_GT(on_published(published(0)).psnr, on_published.mean_film(published(0)).psnr + 0.5);
  expect_contains(error_of([&] {
                    LearnedAttacker(sealer->coder(), PublicKind::sealed, {own[0], own[1]}, side, side);
                  }),
                  "expected at least 3");
}

}  // namespace
}  // namespace scrim::test
