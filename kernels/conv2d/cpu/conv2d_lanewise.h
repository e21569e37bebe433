// The algorithm for many groups of few channels: pixels are turned so that a register holds one channel of as
// many groups as it has lanes, and every lane works for a group of its own. Taps and grids are the direct
// algorithm's.
#pragma once

#include "kernels/conv2d/cpu/conv2d_direct.h"

namespace scrim::kernels {

/// Whether the algorithm serves a convolution: by its sizes alone.
bool lanewise_serves(std::int64_t groups, std::int64_t channels, std::int64_t columns);

struct LanewiseConvolution {
  std::int64_t groups = 0, channels = 0, columns = 0;  ///< channels and columns of a group
  std::vector<TapConvolution> phases;  ///< taps and grids; their own blocks and weights are not used
  std::vector<Tensor> weights;         ///< of each phase: [groups / lanes][taps][channels][columns][lanes]
};

/// Packs the weights of every phase; `weights` as for the direct algorithm, scale over all groups' columns.
void pack_lanewise(LanewiseConvolution& convolution, const WeightAccess& weights);

/// Overwrites out.
void run_lanewise(const LanewiseConvolution& convolution, ConstView in, ConstView bias, View out,
                  const ConvEpilogue& epilogue);

/// gw[groups * columns, channels, Kh, Kw] of a convolution that lanewise_serves.
void lanewise_weight_gradient(ConstView x, ConstView gy, View gw, const Conv2dOptions& options);

}  // namespace scrim::kernels
