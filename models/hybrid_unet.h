// HybridGNet's comparison: a U-Net of residual blocks that segments lungs and heart. Names as published.
//
//   x[N,H,W,1] -> logits[N,H,W,n_classes]; H and W divisible by 32
//   five levels of 2c, 4c, 8c, 16c, 32c features, halved by max pooling, doubled by bilinear upsampling with
//   aligned corners
#pragma once

#include "models/residual_block.h"

namespace scrim {

struct HybridUNetOptions {
  std::int64_t c = 4, n_classes = 3;
};

class HybridUNet : public Callable<HybridUNet> {
 public:
  HybridUNet(const HybridUNetOptions& options, const Place& place);
  /// Throws Error when a side of x is not divisible by 32 or x has not one channel.
  Variable forward(const Variable& x);

 private:
  ResidualBlock down1_, down2_, down3_, down4_, down5_, bottleneck_, up5_, up4_, up3_, up2_, up1_;
  Conv2d last_conv_;
  FusedConv2d last_;
};

}  // namespace scrim
