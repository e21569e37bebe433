// The U-Net of PriCheXy-Net's generator: Ronneberger, Fischer, Brox, "U-Net", MICCAI 2015, in the form of
// mateuszbuda/brain-segmentation-pytorch, whose parameter names it keeps. See unet.md for the card.
//
//   x[N,H,W,in] -> y[N,H,W,out] in (-1, 1); H and W divisible by 16
//   four levels of two (3x3 convolution, batch norm, relu), halved by max pooling and doubled by 2x2
//   transposed convolutions; f, 2f, 4f, 8f, 16f features, f = init_features; a 1x1 convolution and tanh at
//   the end
#pragma once

#include <memory>

#include "layers/fused_conv2d.h"

namespace scrim {

struct UNetOptions {
  std::int64_t in_channels = 1, out_channels = 2, init_features = 32;
};

class UNet : public Module {
 public:
  UNet(const UNetOptions& options, const Initializer& initializer);
  /// Throws Error when a side of x is not divisible by 16 or its channels differ.
  Variable operator()(const Variable& x);
  const UNetOptions& options() const { return options_; }

 private:
  /// Two convolutions, each with norm and relu: children NAMEconv1, NAMEnorm1, NAMEconv2, NAMEnorm2.
  class Block : public Module {
   public:
    Block(const std::string& prefix, std::int64_t in_channels, std::int64_t features,
          const Initializer& initializer);
    Variable operator()(const Variable& x);

   private:
    Conv2d conv1_, conv2_;
    BatchNorm2d norm1_, norm2_;
    FusedConv2d first_{conv1_, norm1_}, second_{conv2_, norm2_};
  };

  UNetOptions options_;
  Block encoder1_, encoder2_, encoder3_, encoder4_, bottleneck_;
  ConvTranspose2d upconv4_, upconv3_, upconv2_, upconv1_;
  Block decoder4_, decoder3_, decoder2_, decoder1_;
  Conv2d conv_;
  FusedConvTranspose2d up4_{upconv4_}, up3_{upconv3_}, up2_{upconv2_}, up1_{upconv1_};
  FusedConv2d last_{conv_};
};

}  // namespace scrim
