#include "methods/transplant/chest_points.h"

#include <algorithm>
#include <array>

#include "autograd/ops/binary.h"
#include "autograd/ops/grid_sample.h"
#include "autograd/ops/resize.h"
#include "autograd/ops/thin_plate.h"

namespace scrim {
namespace {

/// Whole pixels of a film, row by row.
struct Pixels {
  std::int64_t height, width;
  std::vector<char> inside;
};

/// The largest connected part between two columns, its pixels in no order.
std::vector<std::int64_t> largest_part(const Pixels& mask, std::int64_t begin, std::int64_t end) {
  std::vector<char> open = mask.inside;
  std::vector<std::int64_t> largest, part;
  for (std::int64_t row = 0; row < mask.height; ++row)
    for (std::int64_t column = begin; column < end; ++column) {
      part.clear();
      const auto visit = [&](std::int64_t r, std::int64_t c) {
        if (r < 0 || r >= mask.height || c < begin || c >= end) return;
        char& is_open = open[std::size_t(r * mask.width + c)];
        if (is_open) part.push_back(r * mask.width + c);
        is_open = 0;
      };
      visit(row, column);
      for (std::size_t next = 0; next < part.size(); ++next) {
        const std::int64_t r = part[next] / mask.width, c = part[next] % mask.width;
        visit(r - 1, c);
        visit(r + 1, c);
        visit(r, c - 1);
        visit(r, c + 1);
      }
      if (part.size() > largest.size()) largest = part;
    }
  return largest;
}

/// The edges at five heights, in pixels.
std::vector<std::array<double, 2>> edges_of(const std::vector<std::int64_t>& lung, const Pixels& film) {
  std::vector<std::int64_t> left(std::size_t(film.height), film.width), right(std::size_t(film.height), -1);
  std::int64_t top = film.height, bottom = 0;
  for (const std::int64_t pixel : lung) {
    const std::int64_t r = pixel / film.width, c = pixel % film.width;
    left[std::size_t(r)] = std::min(left[std::size_t(r)], c);
    right[std::size_t(r)] = std::max(right[std::size_t(r)], c);
    top = std::min(top, r);
    bottom = std::max(bottom, r);
  }
  std::vector<std::array<double, 2>> points;
  for (const double share : {0.06, 0.28, 0.5, 0.72, 0.94}) {
    const double at = double(top) + share * double(bottom - top);
    const auto row = std::size_t(at + 0.5);
    points.push_back({double(left[row]), at});
    points.push_back({double(right[row]) + 1, at});
  }
  return points;
}

/// The center of every pixel, [1,H,W,2].
Tensor own_places(std::int64_t height, std::int64_t width) {
  Tensor grid = Tensor::empty({1, height, width, 2});
  float* out = grid.mutable_data<float>().data();
  for (std::int64_t row = 0; row < height; ++row)
    for (std::int64_t column = 0; column < width; ++column) {
      *out++ = float((2 * double(column) + 1) / double(width) - 1);
      *out++ = float((2 * double(row) + 1) / double(height) - 1);
    }
  return grid;
}

}  // namespace

std::optional<Tensor> chest_points(const Tensor& lungs) {
  Pixels film{lungs.size(1), lungs.size(2), {}};
  double middle = 0, count = 0;
  for (std::int64_t i = 0; i < film.height * film.width; ++i) {
    film.inside.push_back(lungs.data<float>()[std::size_t(i)] >= 0.5f);
    if (!film.inside.back()) continue;
    middle += double(i % film.width);
    ++count;
  }
  if (count == 0) return std::nullopt;
  const auto border = std::int64_t(middle / count);
  Tensor points = Tensor::empty({1, chest_points_count, 2});
  std::size_t at = 0;
  for (const auto& [begin, end] : {std::pair{std::int64_t(0), border}, std::pair{border, film.width}}) {
    const auto lung = largest_part(film, begin, end);
    if (double(lung.size()) < 0.01 * double(film.height * film.width)) return std::nullopt;
    for (const auto& [x, y] : edges_of(lung, film)) {
      points.mutable_data<float>()[at++] = float(2 * x / double(film.width) - 1);
      points.mutable_data<float>()[at++] = float(2 * (y + 0.5) / double(film.height) - 1);
    }
  }
  return points;
}

Tensor registration(const std::optional<Tensor>& onto, const std::optional<Tensor>& film, std::int64_t height,
                    std::int64_t width) {
  // Lungs that a network drew have ragged edges, and lesions hide some of them: the spline passes near the points.
  constexpr double stiffness = 1;
  // The spline is smooth: beyond this side, straight lines between its values do.
  constexpr std::int64_t largest_side = 128;
  const NoGradient no_gradient;
  const auto rows = std::min(height, largest_side), columns = std::min(width, largest_side);
  if (!onto || !film) return own_places(height, width);
  const Variable small = thin_plate(*onto, *film, {rows, columns, stiffness});
  if (rows == height && columns == width) return small.value();
  const Variable moved =
      resize(small - own_places(rows, columns), height, width, {kernels::ResizeMode::bilinear});
  return (moved + own_places(height, width)).value();
}

Tensor registered(const Tensor& x, const Tensor& grid) {
  const NoGradient no_gradient;
  return grid_sample(x, grid, {kernels::SamplePadding::border, false}).value();
}

}  // namespace scrim
