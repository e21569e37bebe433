#include "measures/overlap.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace scrim {
namespace {

using Pixel = std::pair<std::int64_t, std::int64_t>;

/// Pixels of the mask with a neighbor (of four) outside it or outside the film.
std::vector<Pixel> border(const MaskView& m) {
  std::vector<Pixel> pixels;
  for (std::int64_t row = 0; row < m.height; ++row)
    for (std::int64_t column = 0; column < m.width; ++column) {
      if (!m.at(row, column)) continue;
      const bool inner = row > 0 && column > 0 && row + 1 < m.height && column + 1 < m.width &&
                         m.at(row - 1, column) && m.at(row + 1, column) && m.at(row, column - 1) &&
                         m.at(row, column + 1);
      if (!inner) pixels.emplace_back(row, column);
    }
  return pixels;
}

/// What 95 % of the ways from one border to the nearest pixel of the other do not exceed.
double directed_95(const std::vector<Pixel>& from, const std::vector<Pixel>& to, PixelSize pixel) {
  std::vector<double> squares;
  for (const auto& [row, column] : from) {
    double nearest = HUGE_VAL;
    for (const auto& [other_row, other_column] : to) {
      const double dy = double(row - other_row) * pixel.height,
                   dx = double(column - other_column) * pixel.width;
      nearest = std::min(nearest, dy * dy + dx * dx);
    }
    squares.push_back(nearest);
  }
  const auto at = squares.begin() + std::ptrdiff_t(std::ceil(0.95 * double(squares.size()))) - 1;
  std::nth_element(squares.begin(), at, squares.end());
  return std::sqrt(*at);
}

}  // namespace

double dice(const MaskView& a, const MaskView& b) {
  double both = 0, sum = 0;
  for (std::int64_t row = 0; row < a.height; ++row)
    for (std::int64_t column = 0; column < a.width; ++column) {
      both += a.at(row, column) && b.at(row, column);
      sum += a.at(row, column) + b.at(row, column);
    }
  return sum == 0 ? 1 : 2 * both / sum;
}

std::optional<double> hausdorff_95(const MaskView& a, const MaskView& b, PixelSize pixel) {
  const auto border_a = border(a), border_b = border(b);
  if (border_a.empty() && border_b.empty()) return 0;
  if (border_a.empty() || border_b.empty()) return std::nullopt;
  return std::max(directed_95(border_a, border_b, pixel), directed_95(border_b, border_a, pixel));
}

}  // namespace scrim
