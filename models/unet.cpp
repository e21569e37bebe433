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

// Named "enc1conv1", drawn as "conv1".
UNet::Block::Block(const std::string& prefix, std::int64_t in_channels, std::int64_t features,
                   const Place& place)
    : Callable(place),
      conv1_(conv3x3(in_channels, features), child(prefix + "conv1", place.initializer().of("conv1"))),
      norm1_(features, child(prefix + "norm1")),
      conv2_(conv3x3(features, features), child(prefix + "conv2", place.initializer().of("conv2"))),
      norm2_(features, child(prefix + "norm2")) {}

Variable UNet::Block::forward(const Variable& x) {
  return second_(first_(x));
}

UNet::UNet(const UNetOptions& o, const Place& place)
    : Callable(place),
      options_(o),
      encoder1_("enc1", o.in_channels, o.init_features, child("encoder1")),
      encoder2_("enc2", o.init_features, o.init_features * 2, child("encoder2")),
      encoder3_("enc3", o.init_features * 2, o.init_features * 4, child("encoder3")),
      encoder4_("enc4", o.init_features * 4, o.init_features * 8, child("encoder4")),
      bottleneck_("bottleneck", o.init_features * 8, o.init_features * 16, child("bottleneck")),
      upconv4_(doubling(o.init_features * 16, o.init_features * 8), child("upconv4")),
      decoder4_("dec4", o.init_features * 16, o.init_features * 8, child("decoder4")),
      upconv3_(doubling(o.init_features * 8, o.init_features * 4), child("upconv3")),
      decoder3_("dec3", o.init_features * 8, o.init_features * 4, child("decoder3")),
      upconv2_(doubling(o.init_features * 4, o.init_features * 2), child("upconv2")),
      decoder2_("dec2", o.init_features * 4, o.init_features * 2, child("decoder2")),
      upconv1_(doubling(o.init_features * 2, o.init_features), child("upconv1")),
      decoder1_("dec1", o.init_features * 2, o.init_features, child("decoder1")),
      conv_({o.init_features, o.out_channels, 1}, child("conv")) {}

Variable UNet::forward(const Variable& x) {
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
