#include "kernels/conv2d/cpu/conv2d_direct.h"

#include <algorithm>

#include "kernels/vector/vector_kernels.h"
#include "tensor/memory/workspace.h"
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

std::int64_t padded_columns(std::span<const ColumnBlock> blocks) {
  return blocks.empty() ? 0 : blocks.back().first + blocks.back().width;
}

void for_each_weight_row(const WeightAccess& weights, const ColumnBlock& block, std::int64_t channels,
                         std::span<const std::int64_t> taps,
                         const std::function<void(std::int64_t, const float*)>& body) {
  // Memory is read in its own order, a strip of some channels of every column, and turned in the first-level
  // cache.
  const std::int64_t tap_count = std::int64_t(taps.size()), row = tap_count * block.width;
  const bool all_in_order = weights.in_step == tap_count && std::is_sorted(taps.begin(), taps.end());
  const std::int64_t strip = std::clamp<std::int64_t>(4096 / std::max<std::int64_t>(row, 1), 1, 16);
  parallel_for(channels, 2 * strip, [&](std::int64_t begin, std::int64_t end) {
    Workspace<float> turned(std::size_t(strip * row));
    std::fill_n(turned.data(), turned.size(), 0.0f);
    for (std::int64_t first = begin; first < end; first += strip) {
      const std::int64_t count = std::min(strip, end - first);
      for (std::int64_t o = 0; o < block.columns; ++o) {
        const float* from = weights.data + (block.first + o) * weights.out_step + first * weights.in_step;
        const float scale = weights.scale ? weights.scale[block.first + o] : 1.0f;
        float* to = turned.data() + o;
        if (all_in_order) {
          for (std::int64_t i = 0; i < count * tap_count; ++i) to[i * block.width] = from[i] * scale;
          continue;
        }
        for (std::int64_t c = 0; c < count; ++c)
          for (std::int64_t t = 0; t < tap_count; ++t, to += block.width)
            *to = from[c * weights.in_step + taps[std::size_t(t)]] * scale;
      }
      for (std::int64_t c = 0; c < count; ++c) body(first + c, turned.data() + c * row);
    }
  });
}

std::int64_t grid_cells(const TapConvolution& convolution, const Shape& out) {
  const Extent2d first = convolution.out_first, step = convolution.out_step;
  if (first.h >= out[1] || first.w >= out[2]) return 0;
  return out[0] * ((out[1] - first.h + step.h - 1) / step.h) * ((out[2] - first.w + step.w - 1) / step.w);
}

// Cells of one grid row are steps of one width, so nothing is divided per cell.
void point_rows(const TapConvolution& convolution, const ConstView& in, const View& out, std::int64_t begin,
                std::int64_t count, const float* zeros, const float** rows, float** out_pixels) {
  const Extent2d step = convolution.out_step, first = convolution.out_first, stride = convolution.in_step;
  const std::int64_t in_h = in.shape[1], in_w = in.shape[2], in_pixel = in.shape[3], out_pixel = out.shape[3];
  const std::int64_t grid_h = (out.shape[1] - first.h + step.h - 1) / step.h,
                     grid_w = (out.shape[2] - first.w + step.w - 1) / step.w;
  const float* image = in.as<float>() + convolution.first_channel;
  float* result = out.as<float>() + convolution.first_column;
  for (std::int64_t p = 0; p < count;) {
    const std::int64_t j = (begin + p) % grid_w, row = (begin + p) / grid_w;
    const std::int64_t n = row / grid_h, i = row % grid_h, run = std::min(grid_w - j, count - p);
    float* target =
        result +
        ((n * out.shape[1] + i * step.h + first.h) * out.shape[2] + j * step.w + first.w) * out_pixel;
    for (std::int64_t k = 0; k < run; ++k) out_pixels[p + k] = target + k * step.w * out_pixel;
    for (std::size_t t = 0; t < convolution.taps.size(); ++t) {
      const Tap& tap = convolution.taps[t];
      const float** pointers = rows + std::int64_t(t) * count + p;
      const std::int64_t h = i * stride.h + tap.dh, w = j * stride.w + tap.dw;
      if (h < 0 || h >= in_h) {
        std::fill_n(pointers, run, zeros);
        continue;
      }
      // Cells [inside, outside) of the run read a column of the image.
      const std::int64_t inside = std::clamp<std::int64_t>((-w + stride.w - 1) / stride.w, 0, run);
      const std::int64_t outside =
          w >= in_w ? inside : std::clamp((in_w - 1 - w) / stride.w + 1, inside, run);
      const float* pixel = image + ((n * in_h + h) * in_w + w) * in_pixel;
      std::fill(pointers, pointers + inside, zeros);
      for (std::int64_t k = inside; k < outside; ++k) pointers[k] = pixel + k * stride.w * in_pixel;
      std::fill(pointers + outside, pointers + run, zeros);
    }
    p += run;
  }
}

void pack_taps(TapConvolution& convolution, const WeightAccess& weights) {
  convolution.blocks = column_blocks(convolution.columns);
  const std::int64_t channels = convolution.channels, taps = std::int64_t(convolution.taps.size());
  convolution.weights = Tensor::empty({taps, channels, padded_columns(convolution.blocks)});
  float* out = convolution.weights.mutable_data<float>().data();
  std::vector<std::int64_t> order;
  for (const Tap& tap : convolution.taps) order.push_back(tap.weight);
  for (const ColumnBlock& block : convolution.blocks) {
    for_each_weight_row(weights, block, channels, order, [&](std::int64_t c, const float* rows) {
      for (std::int64_t t = 0; t < taps; ++t)
        std::copy_n(rows + t * block.width, block.width, out + (t * channels + c) * block.width);
    });
    out += taps * channels * block.width;
  }
}

void run_taps(const TapConvolution& convolution, ConstView in, ConstView bias, View out,
              const ConvEpilogue& epilogue) {
  const std::int64_t pixels = grid_cells(convolution, out.shape),
                     taps = std::int64_t(convolution.taps.size());
  if (pixels == 0) return;
  const std::int64_t channels = convolution.channels;
  const std::vector<float> zeros(static_cast<std::size_t>(channels), 0.0f);

  parallel_for(pixels, task_size(pixels), [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t count = end - begin;
    std::vector<const float*> rows(static_cast<std::size_t>(taps * count));
    std::vector<float*> targets(static_cast<std::size_t>(count)), shifted(static_cast<std::size_t>(count));
    point_rows(convolution, in, out, begin, count, zeros.data(), rows.data(), targets.data());
    for (const ColumnBlock& block : convolution.blocks) {
      for (std::int64_t p = 0; p < count; ++p)
        shifted[std::size_t(p)] = targets[std::size_t(p)] + block.first;
      alignas(64) float bias_row[64] = {};
      if (bias)
        std::copy_n(bias.as<float>() + convolution.first_column + block.first, block.columns, bias_row);
      // Taps in groups whose weights stay in the cache while all pixels of the task pass.
      const std::int64_t tap_bytes = channels * block.width * std::int64_t(sizeof(float));
      const std::int64_t group =
          std::max<std::int64_t>(1, weight_bytes_in_cache / std::max<std::int64_t>(1, tap_bytes));
      const float* weights = convolution.weights_of(block);
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
                                   .bias = bias && t == 0 ? bias_row : nullptr,
                                   .accumulate = epilogue.add || t > 0,
                                   .slope = t + now == taps ? epilogue.slope : 1});
        t += now;
      } while (t < taps);
    }
  });
}

}  // namespace scrim::kernels
