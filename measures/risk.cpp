#include "measures/risk.h"

#include <algorithm>
#include <cmath>

namespace scrim {
namespace {

constexpr double z = 1.959963984540054, square = z * z;

}  // namespace

std::optional<Estimate> wilson(const Trials& t) {
  if (t.count <= 0) return std::nullopt;
  const double center = (t.hits + square / 2) / (t.count + square);
  const double half = z / (t.count + square) * std::sqrt(t.hits * (t.count - t.hits) / t.count + square / 4);
  return Estimate{t.hits / t.count, {std::max(0.0, center - half), std::min(1.0, center + half)}};
}

std::optional<Estimate> risk(const Trials& attack, const Trials& control) {
  const auto a = wilson(attack), c = wilson(control);
  if (!a || !c) return std::nullopt;
  const auto half = [](const Estimate& e) { return (e.interval.high - e.interval.low) / 2; };
  const auto center = [](const Trials& t) { return (t.hits + square / 2) / (t.count + square); };
  const double with = center(attack), without = center(control), rest = 1 - without;
  const double by_attack = half(*a) / rest, by_control = half(*c) * (with - 1) / (rest * rest);
  const double value = (with - without) / rest, error = std::hypot(by_attack, by_control);
  const auto bounded = [](double x) { return std::clamp(x, 0.0, 1.0); };
  return Estimate{bounded(value), {bounded(value - error), bounded(value + error)}};
}

}  // namespace scrim
