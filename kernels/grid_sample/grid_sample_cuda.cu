// Forward: one thread a value. Backward: one thread a place of the grid; where places meet in a pixel, ExactSum adds.
#include "kernels/cuda/exact_sum.h"
#include "kernels/grid_sample/grid_sample_loops.h"

namespace scrim::kernels {
namespace {

struct Sizes {
  std::int64_t height, width, channels, places;  ///< places of the grid in an image
};

template <class T>
struct GridSampleKernel {
  const T *x, *grid;
  T* y;
  Sizes s;
  GridSampleOptions options;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t place = i / s.channels, c = i % s.channels;
    const auto column = place_of(grid[2 * place], s.width, options);
    const auto row = place_of(grid[2 * place + 1], s.height, options);
    const T* image = x + place / s.places * s.height * s.width * s.channels;
    T sum = (row.weight + column.weight) * 0;  // NaN stays NaN
    for (int k = 0; k < 4; ++k) {
      const std::int64_t h = row.cell + k / 2, w = column.cell + k % 2;
      if (h < 0 || h >= s.height || w < 0 || w >= s.width) continue;
      const T weight = (k / 2 ? row.weight : 1 - row.weight) * (k % 2 ? column.weight : 1 - column.weight);
      sum += weight * image[(h * s.width + w) * s.channels + c];
    }
    y[i] = sum;
  }
};

template <class T>
struct GridSampleGridKernel {
  const T *x, *grid, *gy;
  T* ggrid;
  Sizes s;
  GridSampleOptions options;
  __device__ void operator()(std::int64_t place) const {
    const auto column = place_of(grid[2 * place], s.width, options);
    const auto row = place_of(grid[2 * place + 1], s.height, options);
    const T* image = x + place / s.places * s.height * s.width * s.channels;
    const T* upstream = gy + place * s.channels;
    T to_column = 0, to_row = 0;
    for (int k = 0; k < 4; ++k) {
      const std::int64_t h = row.cell + k / 2, w = column.cell + k % 2;
      if (h < 0 || h >= s.height || w < 0 || w >= s.width) continue;
      T dot = 0;
      for (std::int64_t c = 0; c < s.channels; ++c)
        dot += upstream[c] * image[(h * s.width + w) * s.channels + c];
      to_column += dot * (k / 2 ? row.weight : 1 - row.weight) * (k % 2 ? 1 : -1);
      to_row += dot * (k % 2 ? column.weight : 1 - column.weight) * (k / 2 ? 1 : -1);
    }
    ggrid[2 * place] = to_column * column.slope;
    ggrid[2 * place + 1] = to_row * row.slope;
  }
};

template <class T>
struct GridSampleImageKernel {
  const T *grid, *gy;
  ExactCells gx;
  Sizes s;
  GridSampleOptions options;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t place = i / s.channels, c = i % s.channels;
    const auto column = place_of(grid[2 * place], s.width, options);
    const auto row = place_of(grid[2 * place + 1], s.height, options);
    const std::int64_t image = place / s.places * s.height * s.width;
    for (int k = 0; k < 4; ++k) {
      const std::int64_t h = row.cell + k / 2, w = column.cell + k % 2;
      if (h < 0 || h >= s.height || w < 0 || w >= s.width) continue;
      const T weight = (k / 2 ? row.weight : 1 - row.weight) * (k % 2 ? column.weight : 1 - column.weight);
      gx.add((image + h * s.width + w) * s.channels + c, double(gy[i]) * double(weight));
    }
  }
};

Sizes sizes_of(const Shape& x, const Shape& grid) {
  return {x[1], x[2], x[3], grid[1] * grid[2]};
}

}  // namespace

void grid_sample_forward_cuda(ConstView x, ConstView grid, View y, const GridSampleOptions& options) {
  for_real_type(x.dtype, "grid_sample", [&]<class T>(T) {
    cuda::for_each_element(y.device, y.shape.numel(),
                           GridSampleKernel<T>{x.on_device<T>(), grid.on_device<T>(), y.on_device<T>(),
                                               sizes_of(x.shape, grid.shape), options});
  });
}

void grid_sample_backward_cuda(ConstView x, ConstView grid, ConstView gy, View gx, View ggrid,
                               const GridSampleOptions& options) {
  for_real_type(x.dtype, "grid_sample", [&]<class T>(T) {
    const Sizes sizes = sizes_of(x.shape, grid.shape);
    if (ggrid)
      cuda::for_each_element(gy.device, grid.shape.numel() / 2,
                             GridSampleGridKernel<T>{x.on_device<T>(), grid.on_device<T>(), gy.on_device<T>(),
                                                     ggrid.on_device<T>(), sizes, options});
    if (!gx) return;
    const ExactSum sum(gx.shape.numel(), gy, 4 * sizes.places);
    cuda::for_each_element(
        gy.device, gy.shape.numel(),
        GridSampleImageKernel<T>{grid.on_device<T>(), gy.on_device<T>(), sum.cells(), sizes, options});
    sum.finish(gx);
  });
}

}  // namespace scrim::kernels
