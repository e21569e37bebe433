#include "kernels/conv2d/conv2d_direct.h"

#include <algorithm>

#include "kernels/vector/vector_kernels.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {

constexpr std::int64_t pixels_per_task = 96;               // whole register tiles of 6 and of 12 rows
constexpr std::int64_t weight_bytes_in_cache = 640 << 10;  // of a 1 MiB second-level cache

/// Pixels of one task: enough tasks for the threads, whole register tiles.
std::int64_t task_size(std::int64_t pixels) {
  const std::int64_t share = (pixels + 2 * thread_count() - 1) / (2 * thread_count());
  return std::clamp<std::int64_t>((share + 11) / 12 * 12, 12, pixels_per_task);
}

/// The images of a run: where a task's pixels lie in the input and the output.
struct Geometry {
  const float* in;
  float* out;
  std::int64_t in_h, in_w, in_channels, out_h, out_w, out_channels, grid_h, grid_w;
};

/// Points every tap of the grid cells [begin, begin + count) at its input pixel, or at zeros outside the
/// image, and `out` at the cells' output pixels. Cells of one grid row are steps of one width, so nothing is
/// divided per cell.
void point_rows(const TapConvolution& convolution, const Geometry& g, std::int64_t begin, std::int64_t count,
                const float* zeros, const float** rows, float** out) {
  for (std::int64_t p = 0; p < count;) {
    const std::int64_t j = (begin + p) % g.grid_w, row = (begin + p) / g.grid_w;
    const std::int64_t n = row / g.grid_h, i = row % g.grid_h, run = std::min(g.grid_w - j, count - p);
    const Extent2d step = convolution.out_step, first = convolution.out_first, stride = convolution.in_step;
    float* target =
        g.out + ((n * g.out_h + i * step.h + first.h) * g.out_w + j * step.w + first.w) * g.out_channels;
    for (std::int64_t k = 0; k < run; ++k) out[p + k] = target + k * step.w * g.out_channels;
    for (std::size_t t = 0; t < convolution.taps.size(); ++t) {
      const Tap& tap = convolution.taps[t];
      const float** pointers = rows + std::int64_t(t) * count + p;
      const std::int64_t h = i * stride.h + tap.dh, w = j * stride.w + tap.dw;
      if (h < 0 || h >= g.in_h) {
        std::fill_n(pointers, run, zeros);
        continue;
      }
      // Cells [inside, outside) of the run read a column of the image.
      const std::int64_t inside = std::clamp<std::int64_t>((-w + stride.w - 1) / stride.w, 0, run);
      const std::int64_t outside =
          w >= g.in_w ? inside : std::clamp((g.in_w - 1 - w) / stride.w + 1, inside, run);
      const float* pixel = g.in + ((n * g.in_h + h) * g.in_w + w) * g.in_channels;
      std::fill(pointers, pointers + inside, zeros);
      for (std::int64_t k = inside; k < outside; ++k) pointers[k] = pixel + k * stride.w * g.in_channels;
      std::fill(pointers + outside, pointers + run, zeros);
    }
    p += run;
  }
}

}  // namespace

std::vector<ColumnBlock> column_blocks(std::int64_t columns) {
  std::vector<ColumnBlock> blocks;
  for (std::int64_t first = 0; first < columns;) {
    const std::int64_t width = vector::product_width(columns - first);
    blocks.push_back({first, std::min(width, columns - first), width});
    first += width;
  }
  return blocks;
}

void gather_weights(const WeightAccess& weights, const ColumnBlock& block, std::int64_t channel,
                    std::int64_t tap, float* row) {
  const float* from = weights.data + block.first * weights.out_step + channel * weights.in_step + tap;
  for (std::int64_t o = 0; o < block.columns; ++o) row[o] = from[o * weights.out_step];
  std::fill(row + block.columns, row + block.width, 0.0f);
}

void pack_taps(TapConvolution& convolution, const WeightAccess& weights) {
  convolution.blocks = column_blocks(convolution.columns);
  const std::int64_t channels = convolution.channels, taps = std::int64_t(convolution.taps.size());
  for (const ColumnBlock& block : convolution.blocks) {
    Tensor packed = Tensor::empty({taps, channels, block.width});
    float* out = packed.mutable_data<float>().data();
    // Channel by channel: the taps of a (column, channel) pair are neighbours in memory.
    parallel_for(channels, 16, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t c = begin; c < end; ++c)
        for (std::int64_t t = 0; t < taps; ++t)
          gather_weights(weights, block, c, convolution.taps[std::size_t(t)].weight,
                         out + (t * channels + c) * block.width);
    });
    convolution.weights.push_back(std::move(packed));
  }
}

void run_taps(const TapConvolution& convolution, ConstView in, ConstView bias, View out, bool relu) {
  const Extent2d first = convolution.out_first, step = convolution.out_step;
  if (first.h >= out.shape[1] || first.w >= out.shape[2]) return;
  const Geometry g{.in = in.as<float>() + convolution.first_channel,
                   .out = out.as<float>() + convolution.first_column,
                   .in_h = in.shape[1],
                   .in_w = in.shape[2],
                   .in_channels = in.shape[3],
                   .out_h = out.shape[1],
                   .out_w = out.shape[2],
                   .out_channels = out.shape[3],
                   .grid_h = (out.shape[1] - first.h + step.h - 1) / step.h,
                   .grid_w = (out.shape[2] - first.w + step.w - 1) / step.w};
  const std::int64_t pixels = out.shape[0] * g.grid_h * g.grid_w,
                     taps = std::int64_t(convolution.taps.size());
  const std::int64_t channels = convolution.channels;
  const std::vector<float> zeros(static_cast<std::size_t>(channels), 0.0f);

  parallel_for(pixels, task_size(pixels), [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t count = end - begin;
    std::vector<const float*> rows(static_cast<std::size_t>(taps * count));
    std::vector<float*> targets(static_cast<std::size_t>(count)), shifted(static_cast<std::size_t>(count));
    point_rows(convolution, g, begin, count, zeros.data(), rows.data(), targets.data());
    for (std::size_t b = 0; b < convolution.blocks.size(); ++b) {
      const ColumnBlock& block = convolution.blocks[b];
      for (std::int64_t p = 0; p < count; ++p)
        shifted[std::size_t(p)] = targets[std::size_t(p)] + block.first;
      alignas(64) float bias_row[64] = {};
      if (bias)
        std::copy_n(bias.as<float>() + convolution.first_column + block.first, block.columns, bias_row);
      // Taps in groups whose weights stay in the cache while all pixels of the task pass.
      const std::int64_t tap_bytes = channels * block.width * std::int64_t(sizeof(float));
      const std::int64_t group =
          std::max<std::int64_t>(1, weight_bytes_in_cache / std::max<std::int64_t>(1, tap_bytes));
      const float* weights = convolution.weights[b].data<float>().data();
      std::int64_t t = 0;
      do {  // once even without taps: the cells of a phase that no tap reaches become the bias
        const std::int64_t now = std::min(group, taps - t);
        vector::kernels().product({.rows = rows.data() + t * count,
                                   .row_step = count,
                                   .taps = now,
                                   .channels = channels,
                                   .weights = weights + t * channels * block.width,
                                   .width = block.width,
                                   .columns = block.columns,
                                   .out = shifted.data(),
                                   .count = count,
                                   .bias = bias ? bias_row : nullptr,
                                   .accumulate = t > 0,
                                   .relu = relu && t + now == taps});
        t += now;
      } while (t < taps);
    }
  });
}

}  // namespace scrim::kernels
