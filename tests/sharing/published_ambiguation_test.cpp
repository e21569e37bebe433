// Published ambiguation: where the decoys lie, what a key holder gets, and the rates by every count.
#include "sharing/codec/published_ambiguation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "sharing/codec/public_code_file.h"
#include "tensor/safetensors.h"
#include "tests/sharing/random_signs.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace scrim::test {
namespace {

/// Positive values in [1, 3], negative ones in [-5, -0.5].
struct Example {
  TernaryShape shape{3, 4, 2, 32, 5};
  TernaryCode code;

  Example() {
    const SignPlaces places = places_of(random_signs(shape, 6));
    Random random(1);
    const auto values = [&](const Tensor& index, double low, double high) {
      Tensor value = Tensor::empty(index.shape());
      for (float& v : value.mutable_data<float>()) v = float(random.uniform(low, high));
      return value;
    };
    code = {values(places.positive, 1, 3), values(places.negative, -5, -0.5), places.positive,
            places.negative};
  }
};

std::vector<float> sorted(const Tensor& x) {
  std::vector<float> values(x.data<float>().begin(), x.data<float>().end());
  std::sort(values.begin(), values.end());
  return values;
}

TEST(Ambiguation, TheKeyGivesTheCodeBack) {
  const Example e;
  const Tensor dense = ambiguated(e.code, e.shape.channels, Random(1));
  EXPECT_EQ(dense.shape(), (Shape{3, 4, 4, 32, 2}));
  const TernaryCode back = disambiguated(dense, e.code.positive_index, e.code.negative_index);
  EXPECT_EQ(sorted(back.positive.value()), sorted(e.code.positive.value()));
  for (std::size_t i = 0; i < std::size_t(back.negative.value().numel()); ++i)
    ASSERT_EQ(back.negative.value().data<float>()[i], e.code.negative.value().data<float>()[i]);
}

TEST(Ambiguation, DecoysLieWhereThePublishedOnesDo) {
  const Example e;
  const Tensor dense = ambiguated(e.code, e.shape.channels, Random(1));
  const std::vector<float> positive = sorted(e.code.positive.value()),
                           negative = sorted(e.code.negative.value());
  const double p0 = positive.front(), p1 = positive.back(), n0 = negative.front(), n1 = negative.back();
  Tensor rest = dense.clone();
  const TernarySigns truth = signs_at(e.code.positive_index, e.code.negative_index, e.shape.channels);
  std::int64_t from_positive = 0, from_negative = 0, decoys = 0;
  for (std::int64_t line = 0; line < e.shape.lines(); ++line)
    for (std::int64_t channel = 0; channel < e.shape.channels; ++channel) {
      if (truth.signs[std::size_t(line * e.shape.channels + channel)] != 0) continue;
      const std::int64_t place = line / e.shape.maps, map = line % e.shape.maps;
      const double value =
          dense.data<float>()[std::size_t((place * e.shape.channels + channel) * e.shape.maps + map)];
      ++decoys;
      from_positive += value >= p1 && value <= 2 * p1 - p0;  // 3 to 5
      from_negative += value >= n1 && value <= 2 * n1 - n0;  // -0.5 to 4
    }
  // Where the ranges overlap, between 3 and 4, a decoy counts twice.
  EXPECT_GE(from_positive + from_negative, decoys);
  EXPECT_NEAR(double(from_positive) / double(decoys), 0.5 + 0.5 * (4 - 3) / 4.5, 0.05);
  EXPECT_NEAR(double(from_negative) / double(decoys), 0.5 + 0.5 * (4 - 3) / 2.0, 0.05);
}

TEST(Ambiguation, WithoutTheKeyThePublishedWayFindsDecoysAndTurnsTheNegatives) {
  const Example e;
  const TernaryCode picked =
      disambiguated_without_key(ambiguated(e.code, e.shape.channels, Random(1)), e.shape.k);
  EXPECT_GE(sorted(picked.positive.value()).front(), sorted(e.code.positive.value()).back());
  const std::vector<float> negative = sorted(e.code.negative.value()),
                           turned = sorted(picked.negative.value());
  ASSERT_EQ(turned.size(), negative.size());
  for (std::size_t i = 0; i < turned.size(); ++i) EXPECT_EQ(turned[i], -negative[negative.size() - 1 - i]);
}

/// The figures that the published code prints, and the right ones beside them.
TEST(CodeRates, OfThePublishedConfiguration) {
  const CodeRates rates = rates_of_patch({1, 5, 4, 256, 16});
  EXPECT_NEAR(rates.printed_actual, 6400, 1e-9);
  EXPECT_NEAR(rates.indices, 25600, 1e-9);
  EXPECT_NEAR(rates.printed_ideal, 13542, 1);
  EXPECT_NEAR(rates.ideal, 16458, 1);
}

TEST(PublicCodeFile, KeepsCodesAndKeysAndRefusesOthers) {
  const TemporaryFolder folder;
  const Example e;
  const PublicCode code{ambiguated(e.code, 32, Random(1)), 20, 70, 8, 5, std::string(64, 'a')};
  write_public_code(folder / "code", code);
  write_code_key(folder / "key", {e.code.positive_index, e.code.negative_index});
  const PublicCode back = read_public_code(folder / "code");
  EXPECT_EQ(back.width, 70);
  EXPECT_EQ(sorted(back.dense), sorted(code.dense));
  EXPECT_EQ(back.dense.data<float>()[77], code.dense.data<float>()[77]);
  EXPECT_EQ(read_safetensors(folder / "code").tensors.at("code").shape(), (Shape{3, 32, 2, 4, 4}));
  const CodeKey key = read_code_key(folder / "key", back);
  EXPECT_EQ(key.positive.data<std::int64_t>()[9], e.code.positive_index.data<std::int64_t>()[9]);

  expect_contains(error_of([&] { read_public_code(folder / "key"); }), "format is missing");
  PublicCode other = code;
  other.k = 4;
  expect_contains(error_of([&] { read_code_key(folder / "key", other); }), "do not fit");
  Tensor wild = e.code.positive_index.clone();
  wild.mutable_data<std::int64_t>()[0] = 32;
  write_code_key(folder / "wild", {wild, e.code.negative_index});
  expect_contains(error_of([&] { read_code_key(folder / "wild", code); }), "has channel 32 of 32");
  other.k = 17;
  write_public_code(folder / "k", other);
  expect_contains(error_of([&] { read_public_code(folder / "k"); }), "has k = 17");
  other = code;
  other.dense = other.dense.clone();
  other.dense.mutable_data<float>()[3] = std::nanf("");
  write_public_code(folder / "nan", other);
  expect_contains(error_of([&] { read_public_code(folder / "nan"); }), "not finite");
}

}  // namespace
}  // namespace scrim::test
