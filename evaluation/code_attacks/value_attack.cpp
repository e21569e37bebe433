#include "evaluation/code_attacks/value_attack.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>

#include "autograd/ops/top_k.h"
#include "autograd/ops/unary.h"
#include "films/patches.h"
#include "tensor/compute_device.h"

namespace scrim {
namespace {

constexpr int index_axis = 3;

/// Places that an attacker names, as signs: 1 where he says positive, -1 where he says negative; [N,h,w,c,m] f32.
using Claims = Tensor;

/// `copies`: how often a sealed file's bytes are looked at: as many claims hit or miss together.
Recovered recovered(const Claims& claims, const TernarySigns& truth, int sign, double copies) {
  const TernaryShape& s = truth.shape;
  const auto claimed = claims.data<float>();
  std::int64_t hits = 0, named = 0;
  for (std::int64_t place = 0; place < s.lines() / s.maps; ++place)
    for (std::int64_t map = 0; map < s.maps; ++map)
      for (std::int64_t channel = 0; channel < s.channels; ++channel) {
        if (claimed[std::size_t((place * s.channels + channel) * s.maps + map)] != float(sign)) continue;
        ++named;
        hits += truth.signs[std::size_t((place * s.maps + map) * s.channels + channel)] == sign;
      }
  const double places = double(s.lines() * s.k), chance = double(named) / double(s.symbols());
  return {double(hits) / places, chance, std::sqrt(chance * (1 - chance) / places * copies)};
}

Tensor zeros_where_unnamed(const Tensor& dense, const Claims& claims) {
  Tensor kept = dense.clone();
  const auto out = kept.mutable_data<float>();
  const auto sign = claims.data<float>();
  for (std::size_t i = 0; i < out.size(); ++i)
    if (sign[i] == 0) out[i] = 0;
  return kept;
}

/// Named places with the beta that stands for their sign and map.
Tensor betas_where_named(FilmCoder& coder, const Claims& claims, std::int64_t k) {
  const NoGradient no_gradient;
  const Shape& s = claims.shape();
  const Tensor any = Tensor::zeros({1, 1, 1, k, s[4]}, DType::i64);
  const TernaryCode betas = coder.network().from_signs(any, any);
  const Tensor positive_values = to_host(betas.positive.value()),
               negative_values = to_host(betas.negative.value());
  Tensor values = Tensor::zeros(s);
  const auto out = values.mutable_data<float>();
  const auto sign = claims.data<float>(), positive = positive_values.data<float>(),
             negative = negative_values.data<float>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t map = i % std::size_t(s[4]);
    if (sign[i] != 0) out[i] = sign[i] > 0 ? positive[map] : negative[map];
  }
  return values;
}

GrayImage decoded(FilmCoder& coder, const Tensor& values, const GrayImage& like) {
  const NoGradient no_gradient;
  const Variable patches = clamp(coder.network().decode_dense(to_compute_device(values)), 0, 1);
  return image_from_tensor(film_of_patches(to_host(patches.value()), like.height, like.width), like.bits);
}

Claims with_claims(const Claims& claims, const Tensor& index, double sign) {
  return scatter(Variable(claims), index, Variable(Tensor::full(index.shape(), sign)), index_axis).value();
}

Claims name_smallest(const Tensor& dense, std::int64_t k) {
  const NoGradient no_gradient;
  return with_claims(Tensor::zeros(dense.shape()), top_k(negate(Variable(dense)), index_axis, k).indices, -1);
}

/// Values above `low`, counted in bins of one width.
struct Histogram {
  static constexpr std::size_t bins = 512;
  double low, width;
  std::vector<double> counts = std::vector<double>(bins);

  Histogram(std::span<const float> values, double above) : low(above) {
    const double high = *std::max_element(values.begin(), values.end());
    width = std::max(high - low, 1e-30) / double(bins);
    std::vector<float> sorted;
    for (const float value : values)
      if (value > low) sorted.push_back(value);
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()),
                 sorted.end());  // bytes looked at twice are no evidence
    for (const float value : sorted) ++counts[bin_of(value)];
  }
  std::size_t bin_of(double value) const { return std::min(bins - 1, std::size_t((value - low) / width)); }

  /// Where the density jumps up most; nothing when it does not.
  std::optional<double> jump() const {
    constexpr std::size_t window = 8;
    double most_deviations = 8;
    std::optional<double> place;
    for (std::size_t bin = window; bin + window <= bins; ++bin) {
      const auto at = counts.begin() + std::ptrdiff_t(bin);
      const double below = std::accumulate(at - window, at, 0.0),
                   above = std::accumulate(at, at + window, 0.0);
      const double deviations = (above - below) / std::sqrt(above + below + 1);
      if (deviations <= most_deviations) continue;
      most_deviations = deviations;
      place = low + double(bin) * width;
    }
    return place;
  }
};

Claims name_by_thresholds(const Tensor& dense, std::int64_t k) {
  const NoGradient no_gradient;
  const Claims negatives = name_smallest(dense, k);
  const auto values = dense.data<float>();
  const auto sign = negatives.data<float>();
  double n0 = 1e300, n1 = -1e300;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (sign[i] < 0) {
      n0 = std::min(n0, double(values[i]));
      n1 = std::max(n1, double(values[i]));
    }
  const Histogram histogram(values, n1);
  const auto p1 = histogram.jump();
  if (!p1) return negatives;
  // How many of a bin's values are the negatives' decoys: half of all places draw them, evenly up to 2 n1 - n0.
  const double decoys = double(dense.numel()) / 2 * (1 - 2 * double(k) / double(dense.size(3)));
  const double decoys_in_bin = decoys * histogram.width / std::max(n1 - n0, 1e-30);
  Tensor odds = Tensor::empty(dense.shape());
  const auto out = odds.mutable_data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    out[i] = -1;
    if (values[i] <= n1 || values[i] >= *p1) continue;
    const double there = histogram.counts[histogram.bin_of(values[i])];
    const double expected = values[i] < 2 * n1 - n0 ? decoys_in_bin : 0;
    out[i] = float(std::max(0.0, there - expected) / there);
  }
  Claims claims = with_claims(negatives, top_k(Variable(odds), index_axis, k).indices, 1);
  const auto named = claims.mutable_data<float>();  // a line may have fewer than k candidates
  for (std::size_t i = 0; i < values.size(); ++i)
    if (named[i] > 0 && out[i] < 0) named[i] = sign[i];
  return claims;
}

}  // namespace

Tensor smallest_of_lines(const Tensor& dense, std::int64_t k) {
  return zeros_where_unnamed(dense, name_smallest(dense, k));
}

std::vector<AttackResult> attack_by_values(FilmCoder& coder, const AttackedFilm& target, PublicKind kind) {
  const TernaryShape& s = target.code.shape;
  std::vector<AttackResult> results;
  for (const char* attack : {"k_smallest", "threshold"}) {
    const Claims claims = attack == std::string("threshold") ? name_by_thresholds(target.dense, s.k)
                                                             : name_smallest(target.dense, s.k);
    const Tensor values = kind == PublicKind::published ? zeros_where_unnamed(target.dense, claims)
                                                        : betas_where_named(coder, claims, s.k);
    AttackResult result = attack_result(attack, decoded(coder, values, target.film), target.film);
    const double copies =
        kind == PublicKind::sealed ? std::max(1.0, 8 * double(s.symbols()) / s.ideal_bits()) : 1;
    result.negatives = recovered(claims, target.code, -1, copies);
    result.positives = recovered(claims, target.code, 1, copies);
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace scrim
