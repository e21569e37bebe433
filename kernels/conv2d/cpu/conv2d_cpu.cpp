// Forward and input gradient pack the weights and run; the weight gradient is a sum of outer products over
// pixels.
#include <algorithm>
#include <vector>

#include "kernels/conv2d/conv2d_packed.h"
#include "kernels/conv2d/cpu/conv2d_direct.h"
#include "kernels/conv2d/cpu/conv2d_lanewise.h"
#include "kernels/vector/vector_kernels.h"
#include "tensor/memory/workspace.h"
#include "tensor/parallel.h"

namespace scrim::kernels {

void conv2d_forward_cpu(ConstView x, ConstView w, ConstView b, View y, const Conv2dOptions& options) {
  PackedConv2d::for_forward(w, options).run(x, b, y);
}

void conv2d_backward_input_cpu(ConstView gy, ConstView w, View gx, const Conv2dOptions& options) {
  PackedConv2d::for_input_gradient(w, options).run(gy, {}, gx);
}

namespace {

constexpr std::int64_t pixels_per_block = 256;  // their gy, 64 channels wide, stays in the second-level cache

/// The part of gw that one task computes: all taps of some channels against one block of columns.
struct WeightGradientTask {
  ConstView x, gy;
  const Conv2dOptions& options;
  std::int64_t kh, kw;
  std::int64_t first_channel, channels;  ///< in the pixel of x
  std::int64_t first_column;             ///< of the group, in the pixel of gy
  ColumnBlock block;

  /// gw of the task as [tap][channel][block.width], zeros at first. Sums run over blocks of pixels, each
  /// summed in registers from zero: short chains keep the rounding small.
  void run(float* sums) const {
    const std::int64_t out_h = gy.shape[1], out_w = gy.shape[2];
    const std::int64_t rows = std::clamp<std::int64_t>(pixels_per_block / out_w, 1, out_h);
    // One tap reads gy once: where it lies. More read a copy without gaps, which stays in the cache.
    const bool in_place = kh * kw == 1 && block.columns == block.width;
    const std::int64_t step = in_place ? gy.shape[3] : block.width;
    Workspace<float> copy(in_place ? 0 : std::size_t(rows * out_w * block.width));
    // Pixels of x that lie a few KiB apart share few places of the first-level cache, and every group of
    // channels reads them again: the stride is taken out.
    const bool compact = options.stride.w > 1 && x.shape[3] >= 256;
    Workspace<float> pixels(compact ? std::size_t(rows * out_w * channels) : 0);
    std::vector<vector::PixelRun> runs;
    for (std::int64_t n = 0; n < gy.shape[0]; ++n)
      for (std::int64_t first = 0; first < out_h; first += rows) {
        const std::int64_t count = std::min(rows, out_h - first);
        const float* upstream = copy.data();
        if (in_place)
          upstream = upstream_at(n, first);
        else
          copy_upstream(n, first, count, copy.data());
        for (std::int64_t tap = 0; tap < kh * kw; ++tap) {
          collect_runs(n, first, count, tap, upstream, step, runs);
          if (compact) copy_runs(runs, pixels.data());
          vector::kernels().outer({.runs = runs.data(),
                                   .run_count = std::int64_t(runs.size()),
                                   .x_step = compact ? channels : options.stride.w * x.shape[3],
                                   .gy_step = step,
                                   .channels = channels,
                                   .width = block.width,
                                   .out = sums + tap * channels * block.width});
        }
      }
  }

  /// The block's columns of gy at the first pixel of a row.
  const float* upstream_at(std::int64_t n, std::int64_t row) const {
    return gy.as<float>() + (n * gy.shape[1] + row) * gy.shape[2] * gy.shape[3] + first_column + block.first;
  }

  /// The block's columns of gy, row after row without gaps, zeros past the last column.
  void copy_upstream(std::int64_t n, std::int64_t first, std::int64_t count, float* out) const {
    const std::int64_t pixels = count * gy.shape[2], step = gy.shape[3];
    const float* from = upstream_at(n, first);
    for (std::int64_t p = 0; p < pixels; ++p, from += step, out += block.width) {
      std::copy_n(from, block.columns, out);
      std::fill(out + block.columns, out + block.width, 0.0f);
    }
  }

  /// For each output row the run of pixels whose input under this tap lies inside the image.
  void collect_runs(std::int64_t n, std::int64_t first, std::int64_t count, std::int64_t tap,
                    const float* upstream, std::int64_t step, std::vector<vector::PixelRun>& runs) const {
    runs.clear();
    const std::int64_t in_h = x.shape[1], in_w = x.shape[2], out_w = gy.shape[2], stride = options.stride.w;
    const std::int64_t offset = tap % kw * options.dilation.w - options.padding.w;
    const std::int64_t begin = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
    const std::int64_t end = in_w - 1 < offset ? 0 : std::min(out_w, (in_w - 1 - offset) / stride + 1);
    if (begin >= end) return;
    for (std::int64_t row = 0; row < count; ++row) {
      const std::int64_t h =
          (first + row) * options.stride.h - options.padding.h + tap / kw * options.dilation.h;
      if (h < 0 || h >= in_h) continue;
      const float* pixel =
          x.as<float>() + ((n * in_h + h) * in_w + begin * stride + offset) * x.shape[3] + first_channel;
      runs.push_back({pixel, upstream + (row * out_w + begin) * step, end - begin});
    }
  }

  /// The task's channels of the runs' pixels without gaps; the runs then begin in the copy.
  void copy_runs(std::vector<vector::PixelRun>& runs, float* out) const {
    for (vector::PixelRun& run : runs) {
      const float* pixel = run.x;
      run.x = out;
      for (std::int64_t k = 0; k < run.count; ++k, pixel += options.stride.w * x.shape[3], out += channels)
        std::copy_n(pixel, channels, out);
    }
  }
};

}  // namespace

void conv2d_backward_weight_cpu(ConstView x, ConstView gy, View gw, const Conv2dOptions& options) {
  const std::int64_t channels = gw.shape[1], columns = gw.shape[0] / options.groups;
  if (lanewise_serves(options.groups, channels, columns)) return lanewise_weight_gradient(x, gy, gw, options);
  const std::int64_t kh = gw.shape[2], kw = gw.shape[3], taps = kh * kw;
  auto blocks = column_blocks(columns);
  for (ColumnBlock& block : blocks) block.width = std::max(block.width, vector::kernels().lanes);
  std::int64_t channel_block = 64;
  const auto task_count = [&] {
    return options.groups * std::int64_t(blocks.size()) * ((channels + channel_block - 1) / channel_block);
  };
  while (thread_count() > 1 && channel_block > 12 && task_count() < 2 * thread_count()) channel_block /= 2;
  const std::int64_t channel_blocks = (channels + channel_block - 1) / channel_block;
  float* out = gw.as<float>();

  parallel_for(task_count(), 1, [&](std::int64_t task, std::int64_t) {
    const std::int64_t g = task / (std::int64_t(blocks.size()) * channel_blocks);
    const ColumnBlock& block = blocks[std::size_t(task / channel_blocks % std::int64_t(blocks.size()))];
    const std::int64_t first = task % channel_blocks * channel_block;
    const std::int64_t count = std::min(channel_block, channels - first);
    Workspace<float> sums(std::size_t(taps * count * block.width));
    std::fill_n(sums.data(), sums.size(), 0.0f);
    WeightGradientTask{x, gy, options, kh, kw, g * channels + first, count, g * columns, block}.run(
        sums.data());
    for (std::int64_t o = 0; o < block.columns; ++o)
      for (std::int64_t c = 0; c < count; ++c)
        for (std::int64_t t = 0; t < taps; ++t)
          out[((g * columns + block.first + o) * channels + first + c) * taps + t] =
              sums[std::size_t((t * count + c) * block.width + o)];
  });
}

void conv2d_backward_bias_cpu(ConstView gy, View gb) {
  const std::int64_t channels = gb.shape[0], rows = gy.shape.numel() / channels;
  const std::int64_t chunk = std::max<std::int64_t>(1, 8192 / channels), chunks = (rows + chunk - 1) / chunk;
  Workspace<float> partial(std::size_t(chunks * channels));
  const float* upstream = gy.as<float>();
  parallel_for(rows, chunk, [&](std::int64_t begin, std::int64_t end) {
    vector::kernels().column_sums(upstream + begin * channels, end - begin, channels,
                                  partial.data() + begin / chunk * channels);
  });
  for (std::int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    for (std::int64_t i = 0; i < chunks; ++i) sum += partial[std::size_t(i * channels + c)];
    gb.as<float>()[c] = float(sum);
  }
}

}  // namespace scrim::kernels
