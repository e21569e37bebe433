#include "sharing/codec/published_ambiguation.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops/top_k.h"
#include "autograd/ops/unary.h"

namespace scrim {
namespace {

constexpr int index_axis = 3;

struct Range {
  double low, high;

  static Range of(const Tensor& values) {
    const auto [low, high] = std::minmax_element(values.data<float>().begin(), values.data<float>().end());
    return {*low, *high};
  }
  float decoy(Random& random) const { return float(high + (high - low) * random.uniform()); }
};

double log2_choose(double n, double k) {
  return (std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1)) / std::log(2.0);
}

}  // namespace

Tensor ambiguated(const TernaryCode& code, std::int64_t channels, Random random) {
  const NoGradient no_gradient;
  const Shape& s = code.positive.shape();
  const Range positive = Range::of(code.positive.value()), negative = Range::of(code.negative.value());
  Tensor decoys = Tensor::empty({s[0], s[1], s[2], channels, s[4]});
  const auto out = decoys.mutable_data<float>();
  // Which places draw from which range: a random half of them, exactly.
  std::vector<std::uint8_t> is_positive(out.size(), 0);
  std::fill_n(is_positive.begin(), out.size() / 2, 1);
  shuffle(is_positive, random);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = (is_positive[i] ? positive : negative).decoy(random);
  const Variable with_positive = scatter(Variable(decoys), code.positive_index, code.positive, index_axis);
  return scatter(with_positive, code.negative_index, code.negative, index_axis).value();
}

TernaryCode disambiguated(const Tensor& dense, const Tensor& positive_index, const Tensor& negative_index) {
  const NoGradient no_gradient;
  return {gather(Variable(dense), positive_index, index_axis),
          gather(Variable(dense), negative_index, index_axis), positive_index, negative_index};
}

TernaryCode disambiguated_without_key(const Tensor& dense, std::int64_t k) {
  const NoGradient no_gradient;
  const TopK largest = top_k(Variable(dense), index_axis, k),
             smallest = top_k(negate(Variable(dense)), index_axis, k);
  return {largest.values, smallest.values, largest.indices, smallest.indices};
}

CodeRates rates_of_patch(const TernaryShape& s) {
  const double places = double(s.side * s.side), c = double(s.channels), m = double(s.maps), k = double(s.k);
  return {2 * m * m * places * std::log2(c), 2 * k * m * places * std::log2(c),
          m * places * log2_choose(c, 2 * k), m * places * s.ideal_bits_of_line()};
}

}  // namespace scrim
