// Entropy coding of signs, and the ternary pad: what goes in comes out, at the promised size.
#include "sharing/format/sign_coder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sharing/format/ternary_pad.h"
#include "tests/sharing/random_signs.h"

namespace scrim::test {
namespace {

TEST(SignCoder, GivesBackWhatItGot) {
  const TernaryShape shapes[] = {{1, 1, 1, 2, 1},  {1, 1, 1, 3, 1},    {2, 3, 2, 8, 4},
                                 {3, 2, 4, 64, 5}, {1, 5, 4, 256, 16}, {2, 1, 1, 4096, 700}};
  for (const TernaryShape& shape : shapes)
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const TernarySigns signs = random_signs(shape, seed);
      const std::string bytes = encode_signs(signs);
      EXPECT_EQ(bytes.size(), encoded_size(shape));
      const TernarySigns back = decode_signs(bytes, shape);
      ASSERT_EQ(back.signs, signs.signs) << shape.channels << " channels, seed " << seed;
    }
}

/// The first and the last code of all are where carries run.
TEST(SignCoder, TakesTheExtremeCodes) {
  const TernaryShape shape{40, 5, 4, 256, 16};
  for (const bool backwards : {false, true}) {
    TernarySigns signs{shape, std::vector<std::int8_t>(std::size_t(shape.symbols()))};
    for (std::int64_t line = 0; line < shape.lines(); ++line)
      for (std::int64_t i = 0; i < 2 * shape.k; ++i)
        signs.signs[std::size_t(line * shape.channels + (backwards ? shape.channels - 1 - i : i))] =
            (i < shape.k) != backwards ? 1 : -1;
    EXPECT_EQ(decode_signs(encode_signs(signs), shape).signs, signs.signs);
  }
}

TEST(SignCoder, AFilmTakesTheIdealSizeWithinAThousandth) {
  const TernaryShape film{64, 5, 4, 256, 16};  // 512 x 512 pixels at the published configuration
  // 16,458 bits a patch: published-notes' support and signs, log2(C(256,16) C(240,16)) = 164.58 a line.
  EXPECT_NEAR(film.ideal_bits() / 64, 16458, 1);
  EXPECT_LE(8 * double(encoded_size(film)), 1.001 * film.ideal_bits());
  EXPECT_EQ(decode_signs(encode_signs(random_signs(film, 3)), film).signs, random_signs(film, 3).signs);
}

TEST(SignCoder, RefusesLinesWithOtherCounts) {
  const TernaryShape shape{1, 1, 2, 8, 2};
  for (const int change : {1, 0, -1}) {
    TernarySigns signs = random_signs(shape, 1);
    auto wrong = std::find_if(signs.signs.begin(), signs.signs.end(), [&](int s) { return s != change; });
    *wrong = std::int8_t(change);
    EXPECT_THROW(encode_signs(signs), Error) << change;
    EXPECT_THROW(places_of(signs), Error) << change;
  }
}

TEST(SignCoder, DamagedBytesAreAnErrorOrAnotherCode) {
  const TernaryShape shape{2, 2, 1, 32, 3};
  const std::string good = encode_signs(random_signs(shape, 5));
  std::size_t errors = 0;
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const int flip : {1, 16, 255}) {
      std::string bad = good;
      bad[i] = char(bad[i] ^ flip);
      try {
        places_of(decode_signs(bad, shape));
      } catch (const Error&) {
        ++errors;
      }
    }
  EXPECT_GT(errors, 3u);
  for (std::size_t size = 0; size + 8 < good.size(); ++size)
    EXPECT_THROW(decode_signs(std::string_view(good).substr(0, size), shape), Error) << size;
  EXPECT_THROW(decode_signs(good + "x", shape), Error);
  EXPECT_THROW(decode_signs(good, {1, 1, 1, 8, 5}), Error);
}

TEST(TernaryPad, GivesBackWhatItGotAndLooksUniform) {
  const TernaryShape shape{8, 5, 4, 64, 3};
  const TernarySigns signs = random_signs(shape, 9);
  const SecretBytes key = random_secret(32);
  std::array<unsigned char, 24> nonce{};
  fill_with_random(nonce);
  const std::string padded = add_pad(signs, key, nonce);
  EXPECT_EQ(padded.size(), std::size_t(shape.symbols() + 4) / 5);
  EXPECT_EQ(remove_pad(padded, shape, key, nonce).signs, signs.signs);
  // 51,200 signs, nine in ten of which are zero before the pad: each third within five deviations.
  std::array<double, 3> counts{};
  for (const std::int8_t sign : unpacked(padded, shape.symbols())) ++counts[std::size_t(sign + 1)];
  const double n = double(shape.symbols());
  for (const double count : counts) EXPECT_NEAR(count, n / 3, 5 * std::sqrt(n * 2 / 9));
  // Another nonce, another pad.
  nonce[0] ^= 1;
  EXPECT_NE(add_pad(signs, key, nonce), padded);
}

TEST(TernaryPad, RefusesFillingSignsThatAreNotZero) {
  const SecretBytes key = random_secret(32);
  const std::array<unsigned char, 24> nonce{};
  const TernarySigns two = random_signs({1, 1, 1, 2, 1}, 1);
  std::string padded = add_pad(two, key, nonce);
  EXPECT_EQ(remove_pad(padded, two.shape, key, nonce).signs, two.signs);
  const int byte = static_cast<unsigned char>(padded[0]), last = byte / 81;
  padded[0] = char(byte - 81 * last + 81 * ((last + 1) % 3));
  EXPECT_THROW(remove_pad(padded, two.shape, key, nonce), Error);
}

TEST(TernaryPad, RefusesBytesThatAreNoSigns) {
  EXPECT_THROW(unpacked("\xf3", 5), Error);
  EXPECT_THROW(unpacked("ab", 5), Error);
  EXPECT_EQ(unpacked("\x79", 5), std::vector<std::int8_t>({0, 0, 0, 0, 0}));
}

}  // namespace
}  // namespace scrim::test
