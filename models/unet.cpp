#include "models/unet.h"

#include "autograd/ops/concat.h"
#include "autograd/ops/pool.h"
#include "autograd/ops/unary.h"

namespace scrim {
namespace {

constexpr int channel_axis = 3;

Conv2dShape conv3x3(std::int64_t in_channels, std::int64_t features) {
  return same_padded(in_channels, features, 3, false);
}
ConvTranspose2dShape doubling(std::int64_t in_channels, std::int64_t features) {
  return {in_channels, features, 2, {.stride = 2}};
}

}  // namespace

UNet::Block::Block(const std::string& prefix, std::int64_t in_channels, std::int64_t features,
                   const Initializer& initializer)
    : conv1_(conv3x3(in_channels, features), initializer.of("conv1")),
      conv2_(conv3x3(features, features), initializer.of("conv2")),
      norm1_(features),
      norm2_(features) {
  add_module(prefix + "conv1", conv1_);
  add_module(prefix + "norm1", norm1_);
  add_module(prefix + "conv2", conv2_);
  add_module(prefix + "norm2", norm2_);
}

Variable UNet::Block::operator()(const Variable& x) {
  const Scope scope(name());
  return second_(first_(x));
}

UNet::UNet(const UNetOptions& o, const Initializer& initializer)
    : options_(o),
      encoder1_("enc1", o.in_channels, o.init_features, initializer.of("encoder1")),
      encoder2_("enc2", o.init_features, o.init_features * 2, initializer.of("encoder2")),
      encoder3_("enc3", o.init_features * 2, o.init_features * 4, initializer.of("encoder3")),
      encoder4_("enc4", o.init_features * 4, o.init_features * 8, initializer.of("encoder4")),
      bottleneck_("bottleneck", o.init_features * 8, o.init_features * 16, initializer.of("bottleneck")),
      upconv4_(doubling(o.init_features * 16, o.init_features * 8), initializer.of("upconv4")),
      upconv3_(doubling(o.init_features * 8, o.init_features * 4), initializer.of("upconv3")),
      upconv2_(doubling(o.init_features * 4, o.init_features * 2), initializer.of("upconv2")),
      upconv1_(doubling(o.init_features * 2, o.init_features), initializer.of("upconv1")),
      decoder4_("dec4", o.init_features * 16, o.init_features * 8, initializer.of("decoder4")),
      decoder3_("dec3", o.init_features * 8, o.init_features * 4, initializer.of("decoder3")),
      decoder2_("dec2", o.init_features * 4, o.init_features * 2, initializer.of("decoder2")),
      decoder1_("dec1", o.init_features * 2, o.init_features, initializer.of("decoder1")),
      conv_({o.init_features, o.out_channels, 1}, initializer.of("conv")) {
  add_module("encoder1", encoder1_);
  add_module("encoder2", encoder2_);
  add_module("encoder3", encoder3_);
  add_module("encoder4", encoder4_);
  add_module("bottleneck", bottleneck_);
  add_module("upconv4", upconv4_);
  add_module("decoder4", decoder4_);
  add_module("upconv3", upconv3_);
  add_module("decoder3", decoder3_);
  add_module("upconv2", upconv2_);
  add_module("decoder2", decoder2_);
  add_module("upconv1", upconv1_);
  add_module("decoder1", decoder1_);
  add_module("conv", conv_);
}

Variable UNet::operator()(const Variable& x) {
  const Scope scope(name());
  const Shape& s = x.shape();
  require(s.rank() == 4 && s[1] > 0 && s[2] > 0 && s[1] % 16 == 0 && s[2] % 16 == 0 &&
              s[3] == options_.in_channels,
          "unet", "x has the shape {}, expected [N,H,W,{}] with H and W divisible by 16", s.str(),
          options_.in_channels);
  const Variable e1 = encoder1_(x);
  const Variable e2 = encoder2_(max_pool2d(e1, halve));
  const Variable e3 = encoder3_(max_pool2d(e2, halve));
  const Variable e4 = encoder4_(max_pool2d(e3, halve));
  Variable y = bottleneck_(max_pool2d(e4, halve));
  y = decoder4_(concat({up4_(y), e4}, channel_axis));
  y = decoder3_(concat({up3_(y), e3}, channel_axis));
  y = decoder2_(concat({up2_(y), e2}, channel_axis));
  y = decoder1_(concat({up1_(y), e1}, channel_axis));
  return tanh(last_(y));
}

}  // namespace scrim
