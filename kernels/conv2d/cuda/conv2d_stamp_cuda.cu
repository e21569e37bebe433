// A transposed convolution whose windows do not overlap (kernel = stride, no padding): every pixel stamps a block of the
// result. That is one matrix product, x[pixels, C] * w[C, Kh*Kw*O], whose columns go to different places; bias, sum and
// activation are part of it, which cuDNN's data gradient does not offer. Tiles of 64 x 64 in 256 threads, 4 x 4 values
// each, the operands by way of shared memory.
#include "kernels/conv2d/cuda/conv2d_plain_cuda.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

constexpr int tile = 64, depth = 16, per_thread = 4, threads_a_side = tile / per_thread;
static_assert(threads_a_side * threads_a_side == cuda::threads_per_block);

template <class T>
struct StampKernel {
  const T *x, *w;
  const float* bias;
  T* y;
  std::int64_t pixels, inner, columns, column_tiles;
  std::int64_t width, kernel_h, kernel_w, outputs;  ///< width of x
  float slope;
  bool add;

  /// Where column `column` of pixel `pixel` stands in y.
  __device__ std::int64_t place(std::int64_t pixel, std::int64_t column) const {
    const std::int64_t o = column % outputs, j = column / outputs % kernel_w, i = column / outputs / kernel_w;
    const std::int64_t row = pixel / width * kernel_h + i, v = pixel % width * kernel_w + j;
    return (row * width * kernel_w + v) * outputs + o;
  }

  __device__ void operator()(std::int64_t block) const {
    __shared__ float left[depth][tile + 1], right[depth][tile];
    const std::int64_t first_pixel = block / column_tiles * tile, first_column = block % column_tiles * tile;
    const int row = int(threadIdx.x) / threads_a_side * per_thread,
              column = int(threadIdx.x) % threads_a_side * per_thread;
    float sums[per_thread][per_thread] = {};
    for (std::int64_t k = 0; k < inner; k += depth) {
      for (int i = int(threadIdx.x); i < tile * depth; i += cuda::threads_per_block) {
        const std::int64_t pixel = first_pixel + i / depth, c = k + i % depth;
        left[i % depth][i / depth] = pixel < pixels && c < inner ? float(x[pixel * inner + c]) : 0.0f;
        const std::int64_t at = first_column + i % tile, d = k + i / tile;
        right[i / tile][i % tile] = at < columns && d < inner ? float(w[d * columns + at]) : 0.0f;
      }
      __syncthreads();
      for (int d = 0; d < depth; ++d)
        for (int a = 0; a < per_thread; ++a)
          for (int b = 0; b < per_thread; ++b) sums[a][b] += left[d][row + a] * right[d][column + b];
      __syncthreads();
    }
    for (int a = 0; a < per_thread; ++a)
      for (int b = 0; b < per_thread; ++b) {
        const std::int64_t pixel = first_pixel + row + a, at = first_column + column + b;
        if (pixel >= pixels || at >= columns) continue;
        const std::int64_t to = place(pixel, at);
        float value = sums[a][b] + (bias ? bias[at % outputs] : 0.0f);
        if (add) value += y[to];
        y[to] = T(value < 0 ? slope * value : value);
      }
  }
};

}  // namespace

bool stamp_serves(const Shape& x, const Shape& w, const Shape& y, const Conv2dOptions& o) {
  return o.groups == 1 && o.padding == Extent2d{0, 0} && o.dilation == Extent2d{1, 1} && o.stride.h == w[2] &&
         o.stride.w == w[3] && y[1] == x[1] * w[2] && y[2] == x[2] * w[3];
}

void stamp_cuda(ConstView x, ConstView packed, ConstView bias, View y, const ConvEpilogue& epilogue) {
  const Shape& w = packed.shape;
  const std::int64_t pixels = x.shape[0] * x.shape[1] * x.shape[2], columns = w[1] * w[2] * w[3];
  const std::int64_t column_tiles = (columns + tile - 1) / tile;
  const auto stamp = [&]<class T>(T) {
    cuda::for_each_block(
        y.device, (pixels + tile - 1) / tile * column_tiles,
        StampKernel<T>{x.on_device<T>(), packed.on_device<T>(), bias ? bias.on_device<float>() : nullptr,
                       y.on_device<T>(), pixels, w[0], columns, column_tiles, x.shape[2], w[2], w[3], w[1],
                       epilogue.slope, epilogue.add});
  };
  if (y.dtype == DType::f16) return stamp(Float16{});
  if (y.dtype == DType::bf16) return stamp(BFloat16{});
  stamp(float{});
}

}  // namespace scrim::kernels
