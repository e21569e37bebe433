#include "methods/transplant/gradient_blend.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace scrim {
namespace {

/// A grid of unknowns and fixed cells. Solves: the sum over a free cell's neighbors of (neighbor - cell) = right.
struct Level {
  std::int64_t height, width;
  std::vector<char> is_free;
  std::vector<double> value, right;

  Level(std::int64_t h, std::int64_t w)
      : height(h),
        width(w),
        is_free(std::size_t(h * w)),
        value(std::size_t(h * w)),
        right(std::size_t(h * w)) {}

  /// The sum of the neighbors inside the film, and how many there are.
  std::pair<double, int> neighbors(std::int64_t r, std::int64_t c) const {
    double sum = 0;
    int count = 0;
    const auto add = [&](std::int64_t row, std::int64_t column) {
      sum += value[std::size_t(row * width + column)];
      ++count;
    };
    if (r > 0) add(r - 1, c);
    if (r + 1 < height) add(r + 1, c);
    if (c > 0) add(r, c - 1);
    if (c + 1 < width) add(r, c + 1);
    return {sum, count};
  }

  /// Gauss-Seidel, first the black cells of the chessboard, then the white ones.
  void smooth() {
    for (std::int64_t color = 0; color < 2; ++color)
      for (std::int64_t r = 0; r < height; ++r)
        for (std::int64_t c = (r + color) % 2; c < width; c += 2) {
          const auto i = std::size_t(r * width + c);
          if (!is_free[i]) continue;
          const auto [sum, count] = neighbors(r, c);
          value[i] = (sum - right[i]) / count;
        }
  }

  double rest(std::int64_t r, std::int64_t c) const {
    const auto i = std::size_t(r * width + c);
    if (!is_free[i]) return 0;
    const auto [sum, count] = neighbors(r, c);
    return right[i] - (sum - count * value[i]);
  }
};

/// Half the side. A coarse cell is free where all its fine ones are, so that what is fixed stays fixed.
Level coarser(const Level& fine) {
  Level coarse((fine.height + 1) / 2, (fine.width + 1) / 2);
  std::fill(coarse.is_free.begin(), coarse.is_free.end(), 1);
  for (std::int64_t r = 0; r < fine.height; ++r)
    for (std::int64_t c = 0; c < fine.width; ++c)
      if (!fine.is_free[std::size_t(r * fine.width + c)])
        coarse.is_free[std::size_t(r / 2 * coarse.width + c / 2)] = 0;
  return coarse;
}

class Multigrid {
 public:
  explicit Multigrid(Level finest) {
    levels_.push_back(std::move(finest));
    while (levels_.back().height > 2 || levels_.back().width > 2) {
      Level next = coarser(levels_.back());
      if (std::count(next.is_free.begin(), next.is_free.end(), 1) == 0) break;
      levels_.push_back(std::move(next));
    }
  }

  Level& finest() { return levels_.front(); }

  void cycle(std::size_t depth = 0) {
    Level& fine = levels_[depth];
    constexpr int sweeps = 2, last_sweeps = 30;
    const bool is_last = depth + 1 == levels_.size();
    for (int i = 0; i < (is_last ? last_sweeps : sweeps); ++i) fine.smooth();
    if (is_last) return;
    restrict_rest(fine, levels_[depth + 1]);
    cycle(depth + 1);
    prolong(levels_[depth + 1], fine);
    for (int i = 0; i < sweeps; ++i) fine.smooth();
  }

  double largest_rest() const {
    const Level& fine = levels_.front();
    double largest = 0;
    for (std::int64_t r = 0; r < fine.height; ++r)
      for (std::int64_t c = 0; c < fine.width; ++c) largest = std::max(largest, std::abs(fine.rest(r, c)));
    return largest;
  }

 private:
  /// A coarse cell is twice as wide: its equation is the sum of its four fine ones.
  static void restrict_rest(const Level& fine, Level& coarse) {
    std::fill(coarse.right.begin(), coarse.right.end(), 0);
    std::fill(coarse.value.begin(), coarse.value.end(), 0);
    for (std::int64_t r = 0; r < fine.height; ++r)
      for (std::int64_t c = 0; c < fine.width; ++c)
        coarse.right[std::size_t(r / 2 * coarse.width + c / 2)] += fine.rest(r, c);
  }

  /// By straight lines between the middles of coarse cells.
  static void prolong(const Level& coarse, Level& fine) {
    const auto between = [](std::int64_t at, std::int64_t size) {
      const std::int64_t near = at / 2,
                         far = std::clamp<std::int64_t>(at % 2 ? near + 1 : near - 1, 0, size - 1);
      return std::pair{near, far};
    };
    for (std::int64_t r = 0; r < fine.height; ++r) {
      const auto [r0, r1] = between(r, coarse.height);
      for (std::int64_t c = 0; c < fine.width; ++c) {
        const auto i = std::size_t(r * fine.width + c);
        if (!fine.is_free[i]) continue;
        const auto [c0, c1] = between(c, coarse.width);
        const auto at = [&](std::int64_t row, std::int64_t column) {
          return coarse.value[std::size_t(row * coarse.width + column)];
        };
        fine.value[i] += (9 * at(r0, c0) + 3 * at(r0, c1) + 3 * at(r1, c0) + at(r1, c1)) / 16;
      }
    }
  }

  std::vector<Level> levels_;
};

/// Rows and columns that the solver must see: what is free, and a cell around it.
struct Frame {
  std::int64_t top, bottom, left, right;  // bottom and right: behind the last
};
Frame frame_of(std::span<const float> inside, std::int64_t height, std::int64_t width) {
  Frame f{height, 0, width, 0};
  for (std::int64_t r = 0; r < height; ++r)
    for (std::int64_t c = 0; c < width; ++c)
      if (inside[std::size_t(r * width + c)] > 0.5f) {
        f = {std::min(f.top, r), std::max(f.bottom, r + 1), std::min(f.left, c), std::max(f.right, c + 1)};
      }
  return {std::max<std::int64_t>(0, f.top - 1), std::min(height, f.bottom + 1),
          std::max<std::int64_t>(0, f.left - 1), std::min(width, f.right + 1)};
}

}  // namespace

Tensor harmonic_inside(const Tensor& values, const Tensor& inside) {
  require(values.shape() == inside.shape() && values.shape().rank() == 4, "gradient_blend",
          "the picture has the shape {}, the mask {}, expected the same", values.shape().str(),
          inside.shape().str());
  const std::int64_t height = values.size(1), width = values.size(2);
  Tensor result = values.clone();
  const auto free = inside.data<float>(), in = values.data<float>();
  const Frame f = frame_of(free, height, width);
  if (f.bottom <= f.top) return result;
  Level level(f.bottom - f.top, f.right - f.left);
  double largest = 0;
  std::size_t fixed = 0;
  for (std::int64_t r = f.top; r < f.bottom; ++r)
    for (std::int64_t c = f.left; c < f.right; ++c) {
      const auto from = std::size_t(r * width + c), to = std::size_t((r - f.top) * level.width + c - f.left);
      level.is_free[to] = free[from] > 0.5f;
      if (level.is_free[to]) continue;
      ++fixed;
      level.value[to] = in[from];
      largest = std::max(largest, std::abs(double(in[from])));
    }
  Multigrid solver(std::move(level));
  constexpr double tolerance = 1e-6;
  constexpr int most_cycles = 200;
  if (fixed > 0)
    for (int i = 0; i < most_cycles && solver.largest_rest() > tolerance * largest; ++i) solver.cycle();
  const auto out = result.mutable_data<float>();
  for (std::int64_t r = f.top; r < f.bottom; ++r)
    for (std::int64_t c = f.left; c < f.right; ++c)
      if (const auto to = std::size_t(r * width + c); free[to] > 0.5f)
        out[to] = float(solver.finest().value[std::size_t((r - f.top) * solver.finest().width + c - f.left)]);
  return result;
}

Tensor gradient_blend(const Tensor& part, const Tensor& other, const Tensor& inside) {
  require(part.shape() == other.shape(), "gradient_blend", "the part has the shape {}, the other picture {}",
          part.shape().str(), other.shape().str());
  Tensor difference = Tensor::empty(part.shape());
  for (std::size_t i = 0; i < std::size_t(part.shape().numel()); ++i)
    difference.mutable_data<float>()[i] = other.data<float>()[i] - part.data<float>()[i];
  const Tensor filled = harmonic_inside(difference, inside);
  Tensor blended = other.clone();
  for (std::size_t i = 0; i < std::size_t(part.shape().numel()); ++i)
    if (inside.data<float>()[i] > 0.5f)
      blended.mutable_data<float>()[i] = part.data<float>()[i] + filled.data<float>()[i];
  return blended;
}

}  // namespace scrim
