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

class UNet : public Callable<UNet> {
 public:
  UNet(const UNetOptions& options, const Place& place);
  /// Throws Error when a side of x is not divisible by 16 or its channels differ.
  Variable forward(const Variable& x);
  const UNetOptions& options() const { return options_; }

 private:
  /// Two convolutions, each with norm and relu: children NAMEconv1, NAMEnorm1, NAMEconv2, NAMEnorm2.
  class Block : public Callable<Block> {
   public:
    Block(const std::string& prefix, std::int64_t in_channels, std::int64_t features, const Place& place);
    Variable forward(const Variable& x);

   private:
    Conv2d conv1_;
    BatchNorm2d norm1_;
    Conv2d conv2_;
    BatchNorm2d norm2_;
    FusedConv2d first_{conv1_, norm1_}, second_{conv2_, norm2_};
  };

  UNetOptions options_;
  Block encoder1_, encoder2_, encoder3_, encoder4_, bottleneck_;
  ConvTranspose2d upconv4_;
  Block decoder4_;
  ConvTranspose2d upconv3_;
  Block decoder3_;
  ConvTranspose2d upconv2_;
  Block decoder2_;
  ConvTranspose2d upconv1_;
  Block decoder1_;
  Conv2d conv_;
  FusedConvTranspose2d up4_{upconv4_}, up3_{upconv3_}, up2_{upconv2_}, up1_{upconv1_};
  FusedConv2d last_{conv_};
};

}  // namespace scrim
