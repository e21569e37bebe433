// Winograd F(4x4, 3x3): a 3x3 convolution of stride 1 as 36 matrix products over tiles of 4x4 outputs, with a
// quarter of the direct algorithm's multiplications. Lavin and Gray, "Fast Algorithms for Convolutional
// Neural Networks", 2016.
//
//   input tile (6x6, overlapping by 2) -> 36 values -> products with the transformed weights -> 4x4 outputs
//
// Rounding: relative error about 1e-6 against f64, where the direct algorithm has about 3e-7.
#pragma once

#include <vector>

#include "kernels/conv2d/cpu/conv2d_direct.h"

namespace scrim::kernels {

/// Whether the algorithm serves a convolution: by its sizes alone.
bool winograd_serves(std::int64_t kernel_h, std::int64_t kernel_w, const Conv2dOptions& options,
                     std::int64_t channels, std::int64_t columns);

struct WinogradConvolution {
  std::int64_t channels = 0, columns = 0;
  Extent2d padding;  ///< 0 to 2
  std::vector<ColumnBlock> blocks;
  Tensor weights;  ///< block after block: [36][channels][width]
};

/// `flipped`: the taps in reverse order, as the input gradient needs them.
void pack_winograd(WinogradConvolution& convolution, const WeightAccess& weights, bool flipped);

/// Overwrites out[N,Ho,Wo,columns], Ho = H + 2*padding.h - 2.
void run_winograd(const WinogradConvolution& convolution, ConstView in, ConstView bias, View out,
                  const ConvEpilogue& epilogue);

}  // namespace scrim::kernels
