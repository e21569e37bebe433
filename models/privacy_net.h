// Privacy-Net's generator: an image-to-image U-Net that draws the anonymized film itself (Kim et al.,
// "Privacy-Net: An Adversarial Approach for Identity-Obfuscated Segmentation of Medical Images", 2021), in
// the form that PriCheXy-Net compares with. Card: privacy_net.md.
//
//   x[N,H,W,in] -> y[N,H,W,out] in (0, 1); H and W divisible by 8
//   three levels of f, 2f, 4f features and a bridge of 8f, f = num_filter; LeakyReLU 0.2 after the first norm
//   of a block and none after the second; batch norm before the last sigmoid
#pragma once

#include "layers/fused_conv2d.h"
#include "layers/group.h"

namespace scrim {

struct PrivacyNetOptions {
  std::int64_t in_dim = 1, out_dim = 1, num_filter = 16;
};

class PrivacyNet : public Callable<PrivacyNet> {
 public:
  PrivacyNet(const PrivacyNetOptions& options, const Place& place);
  /// Throws Error when a side of x is not divisible by 8 or its channels differ.
  Variable forward(const Variable& x);

 private:
  /// 0.0 convolution, 0.1 norm, leaky relu, 1 convolution, 2 norm.
  class Block : public Callable<Block> {
   public:
    Block(std::int64_t in_channels, std::int64_t features, const Place& place);
    Variable forward(const Variable& x);

   private:
    Group first_;
    Conv2d conv1_;
    BatchNorm2d norm1_;
    Conv2d conv2_;
    BatchNorm2d norm2_;
    FusedConv2d inner_, outer_;
  };

  /// 0 transposed convolution (doubles the sides), 1 norm, leaky relu.
  class Doubling : public Callable<Doubling> {
   public:
    Doubling(std::int64_t features, const Place& place);
    Variable forward(const Variable& x);

   private:
    ConvTranspose2d conv_;
    BatchNorm2d norm_;
    FusedConvTranspose2d fused_;
  };

  PrivacyNetOptions options_;
  Block down1_, down2_, down3_, bridge_;
  Doubling trans1_;
  Block up1_;
  Doubling trans2_;
  Block up2_;
  Doubling trans3_;
  Block up3_;
  Group out_;
  Conv2d last_conv_;
  BatchNorm2d last_norm_;
  FusedConv2d last_;
};

}  // namespace scrim
