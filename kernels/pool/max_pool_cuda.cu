// Our own kernels and not cuDNN's: the graph keeps the winner of each window, one byte, where cuDNN's gradient wants
// both images back. Backward looks from each pixel at the windows that it lies in, so no two threads meet.
#include "kernels/pool/pool.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

struct Sizes {
  std::int64_t height, width, channels, rows, columns;  ///< rows and columns of y
  PoolOptions options;
};

Sizes sizes_of(const Shape& x, const Shape& y, const PoolOptions& options) {
  return {x[1], x[2], x[3], y[1], y[2], options};
}

template <class T>
struct MaxPoolForwardKernel {
  Sizes s;
  const T* x;
  T* y;
  std::uint8_t* from;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t c = i % s.channels, column = i / s.channels % s.columns,
                       row = i / s.channels / s.columns % s.rows;
    const std::int64_t image = i / s.channels / s.columns / s.rows * s.height;
    const std::int64_t top = row * s.options.stride - s.options.padding,
                       left = column * s.options.stride - s.options.padding;
    Wide<T> best = 0;
    std::int64_t cell = -1;
    for (std::int64_t a = 0; a < s.options.kernel; ++a)
      for (std::int64_t b = 0; b < s.options.kernel; ++b) {
        const std::int64_t h = top + a, w = left + b;
        if (h < 0 || h >= s.height || w < 0 || w >= s.width) continue;
        const Wide<T> value = x[((image + h) * s.width + w) * s.channels + c];
        if (cell >= 0 && (best != best || value <= best)) continue;  // a NaN stays, and a NaN is not "<="
        best = value;
        cell = a * s.options.kernel + b;
      }
    y[i] = T(best);
    if (from) from[i] = std::uint8_t(cell);
  }
};

template <class T>
struct MaxPoolBackwardKernel {
  Sizes s;
  const T* gy;
  const std::uint8_t* from;
  T* gx;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t c = i % s.channels, w = i / s.channels % s.width,
                       h = i / s.channels / s.width % s.height;
    const std::int64_t image = i / s.channels / s.width / s.height;
    const std::int64_t k = s.options.kernel, stride = s.options.stride, v = h + s.options.padding,
                       u = w + s.options.padding;
    const std::int64_t first_row = v < k ? 0 : (v - k) / stride + 1,
                       first_column = u < k ? 0 : (u - k) / stride + 1;
    Wide<T> sum = 0;
    for (std::int64_t row = first_row; row <= v / stride && row < s.rows; ++row)
      for (std::int64_t column = first_column; column <= u / stride && column < s.columns; ++column) {
        const std::int64_t at = ((image * s.rows + row) * s.columns + column) * s.channels + c;
        if (from[at] == (v - row * stride) * k + u - column * stride) sum += gy[at];
      }
    gx[i] = T(sum);
  }
};

}  // namespace

void max_pool2d_forward_cuda(ConstView x, View y, View from, const PoolOptions& options) {
  for_floating_type(x.dtype, "max_pool2d", [&]<class T>(T) {
    cuda::for_each_element(
        y.device, y.shape.numel(),
        MaxPoolForwardKernel<T>{sizes_of(x.shape, y.shape, options), x.on_device<T>(), y.on_device<T>(),
                                from ? from.on_device<std::uint8_t>() : nullptr});
  });
}

void max_pool2d_backward_cuda(ConstView gy, ConstView from, View gx, const PoolOptions& options) {
  for_floating_type(gx.dtype, "max_pool2d", [&]<class T>(T) {
    cuda::for_each_element(gx.device, gx.shape.numel(),
                           MaxPoolBackwardKernel<T>{sizes_of(gx.shape, gy.shape, options), gy.on_device<T>(),
                                                    from.on_device<std::uint8_t>(), gx.on_device<T>()});
  });
}

}  // namespace scrim::kernels
