#include <algorithm>
#include <vector>

#include "kernels/resize/resize.h"

namespace scrim::kernels {
namespace {

/// What one output row (or column) is made of: first * (1 - weight) + second * weight.
struct Tap {
  std::int64_t first, second;
  double weight;
};

std::vector<Tap> taps(std::int64_t size, std::int64_t out_size, const ResizeOptions& options) {
  std::vector<Tap> result;
  for (std::int64_t i = 0; i < out_size; ++i) {
    if (options.mode == ResizeMode::nearest) {
      const std::int64_t row = std::min(i * size / out_size, size - 1);
      result.push_back({row, row, 0});
      continue;
    }
    double source = 0;
    if (!options.align_corners) source = std::max(0.0, (i + 0.5) * size / out_size - 0.5);
    else if (out_size > 1) source = double(i) * (size - 1) / (out_size - 1);
    const std::int64_t first = std::min(std::int64_t(source), size - 1);
    result.push_back({first, std::min(first + 1, size - 1), source - first});
  }
  return result;
}

/// Calls body(index of the small side's cell, index of y, weight) for every product of the interpolation.
template <class Body>
void for_each_tap(const Shape& x, const Shape& y, const ResizeOptions& options, Body&& body) {
  const auto rows = taps(x[1], y[1], options), columns = taps(x[2], y[2], options);
  const std::int64_t channels = x[3];
  for (std::int64_t n = 0; n < y[0]; ++n)
    for (std::int64_t h = 0; h < y[1]; ++h)
      for (std::int64_t w = 0; w < y[2]; ++w) {
        const Tap &row = rows[std::size_t(h)], &column = columns[std::size_t(w)];
        const auto cell = [&](std::int64_t r, std::int64_t c) { return ((n * x[1] + r) * x[2] + c) * channels; };
        const std::int64_t out = ((n * y[1] + h) * y[2] + w) * channels;
        for (std::int64_t c = 0; c < channels; ++c) {
          body(cell(row.first, column.first) + c, out + c, (1 - row.weight) * (1 - column.weight));
          if (column.weight != 0) body(cell(row.first, column.second) + c, out + c, (1 - row.weight) * column.weight);
          if (row.weight == 0) continue;
          body(cell(row.second, column.first) + c, out + c, row.weight * (1 - column.weight));
          if (column.weight != 0) body(cell(row.second, column.second) + c, out + c, row.weight * column.weight);
        }
      }
}

}  // namespace

void resize_forward_reference(ConstView x, View y, const ResizeOptions& options) {
  for_real_type(x.dtype, "resize", [&]<class T>(T) {
    const T* in = x.as<T>();
    T* out = y.as<T>();
    std::fill_n(out, y.shape.numel(), T(0));
    for_each_tap(x.shape, y.shape, options, [&](auto xi, auto yi, double weight) { out[yi] += T(weight) * in[xi]; });
  });
}

void resize_backward_reference(ConstView gy, View gx, const ResizeOptions& options) {
  for_real_type(gx.dtype, "resize", [&]<class T>(T) {
    const T* upstream = gy.as<T>();
    T* out = gx.as<T>();
    std::fill_n(out, gx.shape.numel(), T(0));
    for_each_tap(gx.shape, gy.shape, options,
                 [&](auto xi, auto yi, double weight) { out[xi] += T(weight) * upstream[yi]; });
  });
}

}  // namespace scrim::kernels
