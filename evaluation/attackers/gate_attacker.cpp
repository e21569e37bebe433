#include "evaluation/attackers/gate_attacker.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "methods/transplant/chest_points.h"
#include "tensor/parallel.h"

namespace scrim {
namespace {

constexpr std::int64_t side = FilmFit::side, pixels = side * side, reach = 4, fewest_pixels = 24;
constexpr std::array<double, 4> corners = {0.6, 1.2, 2.4, 4.8};  // blurs between the bands, pixels
constexpr std::size_t bands = corners.size() - 1;

struct GateLook : FilmFit::Look {
  std::array<std::vector<float>, bands> band;
  std::vector<char> seen;            ///< the gate
  std::vector<std::int32_t> places;  ///< its pixels
};

/// view: [1,64,64,2], the film and its gate.
std::unique_ptr<GateLook> look_at(const Tensor& view) {
  auto look = std::make_unique<GateLook>();
  Tensor film = Tensor::empty({1, side, side, 1});
  for (std::int64_t i = 0; i < pixels; ++i) {
    film.mutable_data<float>()[std::size_t(i)] = view.data<float>()[std::size_t(2 * i)];
    look->seen.push_back(view.data<float>()[std::size_t(2 * i + 1)] > 0.5f);
    if (look->seen.back()) look->places.push_back(std::int32_t(i));
  }
  std::vector<Tensor> blurred;
  for (const double sigma : corners) blurred.push_back(blurred_film(film, sigma));
  for (std::size_t b = 0; b < bands; ++b)
    for (std::size_t i = 0; i < std::size_t(pixels); ++i)
      look->band[b].push_back(blurred[b].data<float>()[i] - blurred[b + 1].data<float>()[i]);
  return look;
}

/// The mean over bands of the correlation of a with b moved by (dy, dx), where both are seen; nothing where too little is.
std::optional<double> correlation(const GateLook& a, const GateLook& b, std::int64_t dy, std::int64_t dx) {
  const bool a_is_smaller = a.places.size() <= b.places.size();
  struct Sums {
    double a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  };
  std::array<Sums, bands> sums{};
  double count = 0;
  for (const std::int32_t place : a_is_smaller ? a.places : b.places) {
    const std::int64_t row = place / side + (a_is_smaller ? dy : -dy),
                       column = place % side + (a_is_smaller ? dx : -dx);
    if (row < 0 || row >= side || column < 0 || column >= side) continue;
    const auto here = std::size_t(place), there = std::size_t(row * side + column);
    const std::size_t in_a = a_is_smaller ? here : there, in_b = a_is_smaller ? there : here;
    if (!a.seen[in_a] || !b.seen[in_b]) continue;
    ++count;
    for (std::size_t k = 0; k < bands; ++k) {
      const double x = a.band[k][in_a], y = b.band[k][in_b];
      sums[k].a += x;
      sums[k].b += y;
      sums[k].aa += x * x;
      sums[k].bb += y * y;
      sums[k].ab += x * y;
    }
  }
  if (count < double(fewest_pixels)) return std::nullopt;
  double total = 0;
  for (const Sums& s : sums) {
    const double spread_a = s.aa - s.a * s.a / count, spread_b = s.bb - s.b * s.b / count;
    total += (s.ab - s.a * s.b / count) / std::sqrt(std::max(spread_a * spread_b, 1e-16));
  }
  return total / double(bands);
}

class GateFit : public FilmFit {
 public:
  Looks first(const std::vector<Tensor>& views) const override {
    Looks looks(views.size());
    parallel_for(std::int64_t(views.size()), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) looks[std::size_t(i)] = look_at(views[std::size_t(i)]);
    });
    return looks;
  }
  Looks second(const std::vector<Tensor>& views) const override { return first(views); }

  /// 0 where the films share too little: that says nothing.
  double likeness(const Look& first, const Look& second) const override {
    const auto &a = static_cast<const GateLook&>(first), &b = static_cast<const GateLook&>(second);
    double best = -1;
    for (std::int64_t dy = -reach; dy <= reach; ++dy)
      for (std::int64_t dx = -reach; dx <= reach; ++dx)
        best = std::max(best, correlation(a, b, dy, dx).value_or(-1));
    return best > -1 ? best : 0;
  }
};

/// The mean points of the chests in which lungs are seen.
std::optional<Tensor> mean_chest(const FilmSet& films, const FilmReader& lungs) {
  constexpr std::int64_t most_films = 100;
  Tensor mean = Tensor::zeros({1, chest_points_count, 2});
  std::vector<Tensor> chests;
  for (std::int64_t i = 0; i < std::min(films.count(), most_films); ++i)
    if (const Chest chest = lungs.chest(films.image(i), {}); chest.points) chests.push_back(*chest.points);
  if (chests.empty()) return std::nullopt;
  for (const Tensor& points : chests)
    for (std::size_t i = 0; i < std::size_t(mean.numel()); ++i)
      mean.mutable_data<float>()[i] += points.data<float>()[i] / float(chests.size());
  return mean;
}

/// Film and gate, laid on the chest `onto`: [1,64,64,2].
FilmView view_on(std::optional<Tensor> onto, const FilmReader& lungs, GateOf gate_of) {
  return [onto = std::move(onto), &lungs, gate_of = std::move(gate_of)](const FilmSet& films, std::int64_t i,
                                                                        FilmKind kind) {
    const Tensor film = resized_film(films.film(i), side, side);
    const Tensor gate = kind == FilmKind::real ? Tensor::full(film.shape(), 1) : gate_of(films, i);
    Tensor both = Tensor::empty({1, side, side, 2});
    for (std::size_t p = 0; p < std::size_t(pixels); ++p) {
      both.mutable_data<float>()[2 * p] = film.data<float>()[p];
      both.mutable_data<float>()[2 * p + 1] = gate.data<float>()[p];
    }
    return registered(both, registration(onto, lungs.chest(films.image(i), {}).points, side, side));
  };
}

DifferenceAttacker::Row shape_of(const Tensor& gate) {
  const std::int64_t height = gate.size(1), width = gate.size(2);
  double count = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (std::int64_t r = 0; r < height; ++r)
    for (std::int64_t c = 0; c < width; ++c) {
      if (gate.data<float>()[std::size_t(r * width + c)] <= 0.5f) continue;
      const double u = double(c) / double(width), v = double(r) / double(height);
      ++count;
      x += u;
      y += v;
      xx += u * u;
      yy += v * v;
      xy += u * v;
    }
  if (count == 0) return {0, std::nan(""), std::nan(""), std::nan(""), std::nan(""), std::nan("")};
  x /= count;
  y /= count;
  return {std::sqrt(count / double(height * width)),
          x,
          y,
          std::sqrt(std::max(0., xx / count - x * x)),
          std::sqrt(std::max(0., yy / count - y * y)),
          xy / count - x * y};
}

}  // namespace

GateAttacker::GateAttacker(const FilmSet& real_cohort, const FilmSet& released_cohort,
                           const FilmReader& lungs, GateOf gate_of)
    : CohortAttacker({.name = "gate",
                      .family = "gate",
                      .knows = "the method, the gate of every release, and films of strangers"},
                     std::make_unique<GateFit>(), &real_cohort, &released_cohort,
                     view_on(mean_chest(real_cohort, lungs), lungs, std::move(gate_of))) {}

DifferenceAttacker::Rows gate_rows(GateOf gate_of) {
  return [gate_of = std::move(gate_of)](const FilmSet& films, FilmKind) {
    std::vector<DifferenceAttacker::Row> rows;
    for (std::int64_t i = 0; i < films.count(); ++i) rows.push_back(shape_of(gate_of(films, i)));
    return rows;
  };
}

}  // namespace scrim
