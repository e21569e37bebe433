// The direct algorithm: every output pixel is a small matrix product over taps, each tap a pointer to an
// input pixel.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "kernels/conv2d/conv2d.h"
#include "tensor/tensor.h"

namespace scrim::kernels {

/// What becomes of a sum before it is written: y = activation(sum + bias [+ what out holds]).
struct ConvEpilogue {
  bool add = false;  ///< add to what out holds: a residual connection
  float slope = 1;   ///< activation(y) = y < 0 ? slope * y : y; 0 = relu, 1 = none
};

/// Where weights of (output channel, input channel, tap) lie: data[out * out_step + in * in_step + tap], to
/// be taken times scale[out] where there is one (a norm folded in).
struct WeightAccess {
  const float* data;
  std::int64_t out_step, in_step;
  const float* scale = nullptr;
  std::int64_t group_step = 0;  ///< from a group's weights to the next one's
};

/// Input pixel that a tap reads for grid cell (0, 0), and its place in the weights.
struct Tap {
  std::int64_t dh, dw, weight;
};

/// A block of output channels, `width` wide in memory, of which `columns` exist.
struct ColumnBlock {
  std::int64_t first, columns, width;
};
std::vector<ColumnBlock> column_blocks(std::int64_t columns);
/// The columns of all blocks with their padding.
std::int64_t padded_columns(std::span<const ColumnBlock> blocks);

/// Calls body(channel, rows) for each channel of [0, channels): rows[t * block.width + o] is the weight of
/// (block.first + o, channel, taps[t]), zero past block.columns. On all threads.
void for_each_weight_row(const WeightAccess& weights, const ColumnBlock& block, std::int64_t channels,
                         std::span<const std::int64_t> taps,
                         const std::function<void(std::int64_t channel, const float* rows)>& body);

/// A convolution of the grid kind: output cell (i, j) reads input pixel (i * in_step + dh, j * in_step + dw)
/// for each tap, and stands at output pixel (i * out_step + out_first). Forward is one; the input gradient is
/// one for every phase of the stride.
struct TapConvolution {
  std::vector<Tap> taps;
  Extent2d in_step, out_step, out_first;
  std::int64_t channels = 0, columns = 0;            ///< of a group
  std::int64_t first_channel = 0, first_column = 0;  ///< of the group in the pixel
  std::vector<ColumnBlock> blocks;
  Tensor weights;  ///< block after block: [taps][channels][width]

  const float* weights_of(const ColumnBlock& block) const {
    return weights.data<float>().data() + block.first * std::int64_t(taps.size()) * channels;
  }
};

/// The cells of a convolution's grid in an output of this shape, over all images.
std::int64_t grid_cells(const TapConvolution& convolution, const Shape& out);
/// Points every tap of the grid cells [begin, begin + count) at its input pixel (rows[tap * count + cell]),
/// or at `zeros` outside the image, and `out_pixels` at the cells' output pixels; first channel and column of
/// the group.
void point_rows(const TapConvolution& convolution, const ConstView& in, const View& out, std::int64_t begin,
                std::int64_t count, const float* zeros, const float** rows, float** out_pixels);

void pack_taps(TapConvolution& convolution, const WeightAccess& weights);

/// Overwrites the convolution's own cells of out.
void run_taps(const TapConvolution& convolution, ConstView in, ConstView bias, View out,
              const ConvEpilogue& epilogue);

}  // namespace scrim::kernels
