#include "data/phantom/phantom_anatomy.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace scrim::phantom {
namespace {

constexpr int map_size = 320;

/// A blurred dot, added to the map.
void stamp(Map& map, double x, double y, double radius, double strength) {
  const double column = (x + 1) / 2 * (map.size() - 1), row = (y + 1) / 2 * (map.size() - 1);
  const double sigma = std::max(0.45, radius / 2 * (map.size() - 1));
  const int reach = int(std::ceil(2.5 * sigma));
  for (int r = std::max(0, int(row) - reach); r <= std::min(map.size() - 1, int(row) + reach); ++r)
    for (int c = std::max(0, int(column) - reach); c <= std::min(map.size() - 1, int(column) + reach); ++c) {
      const double squared = (r - row) * (r - row) + (c - column) * (c - column);
      float& cell = map.cell(c, r);
      cell = std::max(cell, float(strength * std::exp(-squared / (2 * sigma * sigma))));
    }
}

/// A vessel walks outward from the hilum, wanders, tapers and splits.
void grow_vessel(Map& map, Random& random, double x, double y, double angle, double radius, double length,
                 int depth) {
  constexpr double step = 0.008;
  for (double gone = 0; gone < length; gone += step) {
    const double thinning = 1 - 0.55 * gone / length;
    stamp(map, x, y, radius * thinning, 0.35 + 14 * radius * thinning);
    angle += 0.10 * random.normal();
    x += step * std::cos(angle);
    y += step * std::sin(angle);
  }
  if (depth == 0) return;
  const double spread = random.uniform(0.25, 0.55);
  for (double turn : {-spread, spread * random.uniform(0.5, 1.0)})
    grow_vessel(map, random, x, y, angle + turn, radius * random.uniform(0.55, 0.7),
                length * random.uniform(0.6, 0.85), depth - 1);
}

Map draw_vessels(Random random) {
  Map map(map_size);
  for (int side : {-1, 1}) {
    const double hilum_x = side * random.uniform(0.13, 0.17), hilum_y = random.uniform(-0.06, 0.04);
    for (int i = 0; i < 5; ++i)
      stamp(map, hilum_x + 0.025 * random.normal(), hilum_y + 0.04 * random.normal(), 0.05, 0.75);
    const int trunks = 7 + int(random.below(3));
    for (int i = 0; i < trunks; ++i) {
      // Fan out from straight up to straight down on the lung's side.
      const double fan = (double(i) + random.uniform(0.1, 0.9)) / trunks * 2.6 - 1.3;
      const double angle = side > 0 ? fan : std::numbers::pi - fan;
      grow_vessel(map, random, hilum_x, hilum_y + 0.06 * std::sin(fan), angle, random.uniform(0.010, 0.016),
                  random.uniform(0.14, 0.22), 3);
    }
  }
  return map;
}

/// Smooth noise of several sizes: interpolated random lattices, each twice as fine and half as strong.
Map draw_texture(const Random& random) {
  Map map(map_size);
  double strength = 1;
  for (int octave = 0; octave < 5; ++octave, strength *= 0.62) {
    const int cells = 10 << octave;
    const Random lattice = random.split(std::uint64_t(octave));
    std::vector<float> nodes(std::size_t((cells + 1) * (cells + 1)));
    for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] = float(2 * lattice.uniform_at(i) - 1);
    const double to_cell = double(cells) / map_size;
    for (int row = 0; row < map_size; ++row)
      for (int column = 0; column < map_size; ++column) {
        const double x = column * to_cell, y = row * to_cell;
        const int left = int(x), top = int(y);
        const auto ease = [](double t) { return t * t * (3 - 2 * t); };
        const double fx = ease(x - left), fy = ease(y - top);
        const auto node = [&](int r, int c) { return nodes[std::size_t(r * (cells + 1) + c)]; };
        const double above = node(top, left) * (1 - fx) + node(top, left + 1) * fx;
        const double below = node(top + 1, left) * (1 - fx) + node(top + 1, left + 1) * fx;
        map.cell(column, row) += float(strength * (above * (1 - fy) + below * fy));
      }
  }
  return map;
}

}  // namespace

float Map::at(double x, double y) const {
  const double column = (x + 1) / 2 * (size_ - 1), row = (y + 1) / 2 * (size_ - 1);
  if (!(column >= 0 && row >= 0 && column < size_ - 1 && row < size_ - 1)) return 0;
  const int c = int(column), r = int(row);
  const float fx = float(column - c), fy = float(row - r);
  const float* top = values_.data() + std::size_t(r) * std::size_t(size_) + std::size_t(c);
  const float* bottom = top + size_;
  return (top[0] * (1 - fx) + top[1] * fx) * (1 - fy) + (bottom[0] * (1 - fx) + bottom[1] * fx) * fy;
}

Anatomy::Anatomy(const Random& seed)
    : vessels(draw_vessels(seed.split(1))), texture(draw_texture(seed.split(2))) {
  Random random = seed.split(0);
  age = 18 + int(random.below(70));
  male = random.uniform() < 0.55;
  size = random.uniform(0.93, 1.07) * (male ? 1.02 : 0.96);
  for (std::size_t side : {0, 1}) {
    chest_wall[side] = random.uniform(0.68, 0.76);
    apex[side] = random.uniform(-0.80, -0.72);
    dome_height[side] = random.uniform(0.13, 0.21);
    dome_center[side] = random.uniform(0.28, 0.36);
  }
  base = random.uniform(0.50, 0.60);
  mediastinum = {random.uniform(0.10, 0.13), random.uniform(0.09, 0.12)};
  heart_x = random.uniform(0.09, 0.15);
  heart_y = random.uniform(0.24, 0.32);
  heart_width = random.uniform(0.27, 0.33);
  heart_height = random.uniform(0.25, 0.30);
  heart_tilt = random.uniform(0.35, 0.75);
  aortic_knob = random.uniform(0.045, 0.085) * (age > 60 ? 1.25 : 1.0);
  spine_bend = random.uniform(-0.035, 0.035);
  spine_phase = random.uniform(0, 1);
  vertebra_height = random.uniform(0.125, 0.15);
  spine_width = random.uniform(0.070, 0.085);
  clavicle_height = random.uniform(-0.72, -0.64);
  clavicle_slope = random.uniform(0.04, 0.22);
  clavicle_bend = random.uniform(0.03, 0.08);
  clavicle_thickness = random.uniform(0.022, 0.030);
  soft_tissue = random.uniform(0.75, 1.30);
  bone_density = random.uniform(0.80, 1.15) * (age > 65 ? 0.88 : 1.0);
  shoulder_slope = random.uniform(0.30, 0.55);
  scapula_x = random.uniform(0.70, 0.80);
  scapula_tilt = random.uniform(0.12, 0.30);
  const double first = random.uniform(-0.78, -0.72), spacing = random.uniform(0.128, 0.146);
  const double slope = random.uniform(0.20, 0.34), sag = random.uniform(-0.16, -0.09);
  for (std::size_t side : {0, 1})
    for (std::size_t k = 0; k < ribs; ++k) {
      const double down = double(k) / ribs;
      posterior[side][k] = {first + spacing * double(k) + 0.012 * random.normal(),
                            slope * (0.75 + 0.7 * down) + 0.02 * random.normal(), sag * (1 - 0.4 * down),
                            random.uniform(0.020, 0.027)};
      anterior[side][k] = {first + 0.30 + spacing * 1.08 * double(k) + 0.015 * random.normal(),
                           -(0.28 + 0.10 * down) + 0.02 * random.normal(), 0.10,
                           random.uniform(0.024, 0.032)};
    }
}

double Anatomy::spine_x(double y) const {
  return spine_bend * std::sin((y + spine_phase) * 2.4);
}

}  // namespace scrim::phantom
