// The residual block of HybridGNet's networks (Gaggion et al., "Improving anatomical plausibility in medical
// image segmentation via hybrid graph neural networks", IEEE TMI 2022), names as published.
//   y = relu(conv(relu(norm(conv(relu(norm(x)))))) + skip(x)),  skip: x, or norm(1x1 convolution of x) where
//   the number of channels changes
// All norms use the batch's own statistics, in evaluation too: what a network says of an image depends on the
// others in its batch. One image at a time is the sound way to use it.
#pragma once

#include <optional>

#include "layers/fused_conv2d.h"
#include "layers/group.h"

namespace scrim {

class ResidualBlock : public Callable<ResidualBlock> {
 public:
  ResidualBlock(std::int64_t in_channels, std::int64_t out_channels, const Place& place);
  Variable forward(const Variable& x);

 private:
  Group skip_, block_;
  BatchNorm2d norm0_;
  Conv2d conv2_;
  BatchNorm2d norm3_;
  Conv2d conv5_;
  FusedConv2d inner_, outer_;
  std::optional<Conv2d> skip_conv_;  ///< empty where x is added as it is
  std::optional<BatchNorm2d> skip_norm_;
  std::optional<FusedConv2d> shortcut_;
};

}  // namespace scrim
