// The loops of grid_sample.h over a range of output pixels, for the reference and for the threads of the CPU.
#pragma once

#include <cmath>

#include "kernels/grid_sample/grid_sample.h"
#include "tensor/host_device.h"

namespace scrim::kernels {

/// A place along one axis: between cell and cell + 1, at `weight` from the first. `slope` is d place / d g.
template <class T>
struct Place {
  std::int64_t cell;
  T weight, slope;
};

template <class T>
SCRIM_HOST_DEVICE Place<T> place_of(T g, std::int64_t size, const GridSampleOptions& options) {
  T at = options.align_corners ? (g + 1) / 2 * T(size - 1) : ((g + 1) * T(size) - 1) / 2;
  T slope = options.align_corners ? T(size - 1) / 2 : T(size) / 2;
  if (options.padding == SamplePadding::border) {
    if (at <= 0) at = 0, slope = 0;
    if (at >= T(size - 1)) at = T(size - 1), slope = 0;
  }
  // Far outside (or NaN) no cell of the image is touched, and the number must still fit an integer.
  if (!(at > T(-2) && at < T(size + 1))) return {-2, at == at ? T(0) : at, slope};
  const T cell = std::floor(at);
  return {std::int64_t(cell), at - cell, slope};
}

template <class T>
void grid_sample_forward_range(ConstView x, ConstView grid, View y, const GridSampleOptions& options,
                               std::int64_t begin, std::int64_t end) {
  const std::int64_t height = x.shape[1], width = x.shape[2], channels = x.shape[3];
  const std::int64_t pixels = y.shape[1] * y.shape[2];
  for (std::int64_t i = begin; i < end; ++i) {
    const T* image = x.as<T>() + i / pixels * height * width * channels;
    const auto column = place_of(grid.as<T>()[2 * i], width, options);
    const auto row = place_of(grid.as<T>()[2 * i + 1], height, options);
    T* out = y.as<T>() + i * channels;
    const T nan_or_zero = (row.weight + column.weight) * 0;
    for (std::int64_t c = 0; c < channels; ++c) out[c] = nan_or_zero;
    for (int k = 0; k < 4; ++k) {
      const std::int64_t h = row.cell + k / 2, w = column.cell + k % 2;
      if (h < 0 || h >= height || w < 0 || w >= width) continue;
      const T weight = (k / 2 ? row.weight : 1 - row.weight) * (k % 2 ? column.weight : 1 - column.weight);
      const T* pixel = image + (h * width + w) * channels;
      for (std::int64_t c = 0; c < channels; ++c) out[c] += weight * pixel[c];
    }
  }
}

/// Adds to gx (when given), overwrites ggrid (when given).
template <class T>
void grid_sample_backward_range(ConstView x, ConstView grid, ConstView gy, T* gx, T* ggrid,
                                const GridSampleOptions& options, std::int64_t begin, std::int64_t end) {
  const std::int64_t height = x.shape[1], width = x.shape[2], channels = x.shape[3];
  const std::int64_t pixels = gy.shape[1] * gy.shape[2];
  for (std::int64_t i = begin; i < end; ++i) {
    const std::int64_t image = i / pixels * height * width * channels;
    const auto column = place_of(grid.as<T>()[2 * i], width, options);
    const auto row = place_of(grid.as<T>()[2 * i + 1], height, options);
    const T* upstream = gy.as<T>() + i * channels;
    T to_column = 0, to_row = 0;
    for (int k = 0; k < 4; ++k) {
      const std::int64_t h = row.cell + k / 2, w = column.cell + k % 2;
      if (h < 0 || h >= height || w < 0 || w >= width) continue;
      const T row_weight = k / 2 ? row.weight : 1 - row.weight,
              column_weight = k % 2 ? column.weight : 1 - column.weight;
      const std::int64_t at = image + (h * width + w) * channels;
      T dot = 0;
      for (std::int64_t c = 0; c < channels; ++c) {
        dot += upstream[c] * x.as<T>()[at + c];
        if (gx) gx[at + c] += upstream[c] * row_weight * column_weight;
      }
      to_column += dot * row_weight * (k % 2 ? 1 : -1);
      to_row += dot * column_weight * (k / 2 ? 1 : -1);
    }
    if (!ggrid) continue;
    ggrid[2 * i] = to_column * column.slope;
    ggrid[2 * i + 1] = to_row * row.slope;
  }
}

}  // namespace scrim::kernels
