#include "kernels/conv2d/cpu/conv2d_winograd.h"

#include <algorithm>

#include "kernels/vector/vector_kernels.h"
#include "tensor/memory/workspace.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {

constexpr std::int64_t products = 36;
// Planes of equal size would begin at the same place of the first-level cache; a line more spreads them.
constexpr std::int64_t plane_padding = 16;

/// Tiles of one task: their 36 planes of inputs and of one block's results should stay in the second-level
/// cache.
std::int64_t tiles_per_task(std::int64_t tiles, std::int64_t channels) {
  const std::int64_t most = channels <= 128 ? 48 : 24;
  const std::int64_t share = (tiles + thread_count() - 1) / thread_count();
  if (share <= most) return std::max<std::int64_t>(share, 1);
  const std::int64_t tasks = (share + most - 1) / most;
  return std::min(most, ((share + tasks - 1) / tasks + 5) / 6 * 6);
}

struct Geometry {
  std::int64_t in_h, in_w, out_h, out_w, tile_rows, tile_columns;
};

/// One task's scratch: planes of transformed inputs and of products.
class TileBlock {
 public:
  TileBlock(const WinogradConvolution& convolution, std::int64_t tiles)
      : convolution_(convolution),
        tiles_(tiles),
        input_plane_(tiles * convolution.channels + plane_padding),
        product_plane_(tiles * convolution.blocks.front().width + plane_padding),
        inputs_(std::size_t(products * input_plane_)),
        results_(std::size_t(products * product_plane_)) {}

  void transform_inputs(const float* in, const Geometry& g, std::int64_t first, const float* zeros) {
    const std::int64_t channels = convolution_.channels;
    for (std::int64_t t = 0; t < tiles_; ++t) {
      const float* pixels[products];
      const std::int64_t n = (first + t) / (g.tile_rows * g.tile_columns),
                         cell = (first + t) % (g.tile_rows * g.tile_columns);
      const std::int64_t top = cell / g.tile_columns * 4 - convolution_.padding.h;
      const std::int64_t left = cell % g.tile_columns * 4 - convolution_.padding.w;
      const bool all_inside = top >= 0 && top + 6 <= g.in_h && left >= 0 && left + 6 <= g.in_w;
      for (std::int64_t i = 0; i < 6; ++i) {
        const float* row = in + ((n * g.in_h + top + i) * g.in_w + left) * channels;
        const bool row_inside = top + i >= 0 && top + i < g.in_h;
        for (std::int64_t j = 0; j < 6; ++j) {
          const bool inside = all_inside || (row_inside && left + j >= 0 && left + j < g.in_w);
          pixels[i * 6 + j] = inside ? row + j * channels : zeros;
        }
      }
      vector::kernels().winograd_input({pixels, channels, inputs_.data() + t * channels, input_plane_});
    }
  }

  void multiply(const ColumnBlock& block) {
    const float* weights =
        convolution_.weights.data<float>().data() + products * convolution_.channels * block.first;
    std::vector<const float*> rows(static_cast<std::size_t>(tiles_));
    std::vector<float*> out(static_cast<std::size_t>(tiles_));
    for (std::int64_t k = 0; k < products; ++k) {
      for (std::int64_t t = 0; t < tiles_; ++t) {
        rows[std::size_t(t)] = inputs_.data() + k * input_plane_ + t * convolution_.channels;
        out[std::size_t(t)] = results_.data() + k * product_plane_ + t * block.width;
      }
      vector::kernels().product({.rows = rows.data(),
                                 .row_step = tiles_,
                                 .taps = 1,
                                 .channels = convolution_.channels,
                                 .weights = weights + k * convolution_.channels * block.width,
                                 .width = block.width,
                                 .columns = block.width,
                                 .out = out.data(),
                                 .count = tiles_,
                                 .bias = nullptr,
                                 .accumulate = false,
                                 .slope = 1});
    }
  }

  void transform_outputs(const ColumnBlock& block, float* out, const Geometry& g, std::int64_t first,
                         const float* bias, const ConvEpilogue& epilogue) {
    for (std::int64_t t = 0; t < tiles_; ++t) {
      float* pixels[16];
      const std::int64_t n = (first + t) / (g.tile_rows * g.tile_columns),
                         cell = (first + t) % (g.tile_rows * g.tile_columns);
      for (std::int64_t i = 0; i < 4; ++i)
        for (std::int64_t j = 0; j < 4; ++j) {
          const std::int64_t h = cell / g.tile_columns * 4 + i, w = cell % g.tile_columns * 4 + j;
          const bool inside = h < g.out_h && w < g.out_w;
          pixels[i * 4 + j] =
              inside ? out + ((n * g.out_h + h) * g.out_w + w) * convolution_.columns + block.first : nullptr;
        }
      vector::kernels().winograd_output({results_.data() + t * block.width, product_plane_, block.columns,
                                         pixels, bias ? bias + block.first : nullptr, epilogue.add,
                                         epilogue.slope});
    }
  }

 private:
  const WinogradConvolution& convolution_;
  std::int64_t tiles_, input_plane_, product_plane_;
  Workspace<float> inputs_, results_;
};

}  // namespace

bool winograd_serves(std::int64_t kernel_h, std::int64_t kernel_w, const Conv2dOptions& o,
                     std::int64_t channels, std::int64_t columns) {
  return kernel_h == 3 && kernel_w == 3 && o.stride == Extent2d{1, 1} && o.dilation == Extent2d{1, 1} &&
         o.groups == 1 && o.padding.h <= 2 && o.padding.w <= 2 && channels % 16 == 0 && columns % 16 == 0;
}

void pack_winograd(WinogradConvolution& convolution, const WeightAccess& weights, bool flipped) {
  constexpr std::int64_t forwards[]{0, 1, 2, 3, 4, 5, 6, 7, 8}, backwards[]{8, 7, 6, 5, 4, 3, 2, 1, 0};
  convolution.blocks = column_blocks(convolution.columns);
  const std::int64_t channels = convolution.channels;
  convolution.weights = Tensor::empty({products, channels, padded_columns(convolution.blocks)});
  float* out = convolution.weights.mutable_data<float>().data();
  for (const ColumnBlock& block : convolution.blocks) {
    for_each_weight_row(weights, block, channels, flipped ? backwards : forwards,
                        [&](std::int64_t c, const float* taps) {
                          vector::kernels().winograd_weights(
                              {taps, block.width, out + c * block.width, channels * block.width});
                        });
    out += products * channels * block.width;
  }
}

void run_winograd(const WinogradConvolution& convolution, ConstView in, ConstView bias, View out,
                  const ConvEpilogue& epilogue) {
  const Geometry g{in.shape[1],           in.shape[2], out.shape[1], out.shape[2], (out.shape[1] + 3) / 4,
                   (out.shape[2] + 3) / 4};
  const std::int64_t tiles = out.shape[0] * g.tile_rows * g.tile_columns;
  const std::vector<float> zeros(std::size_t(convolution.channels), 0.0f);
  const float* image = in.as<float>();
  float* result = out.as<float>();
  const float* bias_row = bias ? bias.as<float>() : nullptr;

  parallel_for(tiles, tiles_per_task(tiles, convolution.channels), [&](std::int64_t begin, std::int64_t end) {
    TileBlock tiles_here(convolution, end - begin);
    tiles_here.transform_inputs(image, g, begin, zeros.data());
    for (const ColumnBlock& block : convolution.blocks) {
      tiles_here.multiply(block);
      tiles_here.transform_outputs(block, result, g, begin, bias_row, epilogue);
    }
  });
}

}  // namespace scrim::kernels
