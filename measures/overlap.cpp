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

double directed_squared(const std::vector<Pixel>& from, const std::vector<Pixel>& to) {
  std::int64_t longest = 0;
  for (const auto& [row, column] : from) {
    std::int64_t nearest = INT64_MAX;
    for (const auto& [other_row, other_column] : to) {
      const std::int64_t dy = row - other_row, dx = column - other_column;
      nearest = std::min(nearest, dy * dy + dx * dx);
      if (nearest <= longest) break;  // this pixel is not the farthest
    }
    longest = std::max(longest, nearest);
  }
  return double(longest);
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

std::optional<double> hausdorff(const MaskView& a, const MaskView& b) {
  const auto border_a = border(a), border_b = border(b);
  if (border_a.empty() && border_b.empty()) return 0;
  if (border_a.empty() || border_b.empty()) return std::nullopt;
  return std::sqrt(std::max(directed_squared(border_a, border_b), directed_squared(border_b, border_a)));
}

}  // namespace scrim
