#include "models/resnet.h"

#include "autograd/ops/pool.h"
#include "autograd/ops/reduce.h"

namespace scrim {
namespace {

constexpr std::int64_t expansion = 4;  // features at a block's end, relative to its middle

Conv2dShape conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride = 1) {
  return same_padded(in, out, kernel, false, stride);
}

}  // namespace

ResNet::Bottleneck::Bottleneck(std::int64_t in_channels, std::int64_t features, std::int64_t stride,
                               const Initializer& initializer)
    : conv1_(conv(in_channels, features, 1), initializer.of("conv1")),
      conv2_(conv(features, features, 3, stride), initializer.of("conv2")),
      conv3_(conv(features, features * expansion, 1), initializer.of("conv3")),
      norm1_(features),
      norm2_(features),
      norm3_(features * expansion),
      first_(conv1_, norm1_),
      second_(conv2_, norm2_),
      third_(conv3_, norm3_) {
  add_module("conv1", conv1_);
  add_module("bn1", norm1_);
  add_module("conv2", conv2_);
  add_module("bn2", norm2_);
  add_module("conv3", conv3_);
  add_module("bn3", norm3_);
  if (stride == 1 && in_channels == features * expansion) return;
  downsample_conv_ = std::make_unique<Conv2d>(conv(in_channels, features * expansion, 1, stride),
                                              initializer.of("downsample.0"));
  downsample_norm_ = std::make_unique<BatchNorm2d>(features * expansion);
  shortcut_ = std::make_unique<FusedConv2d>(*downsample_conv_, *downsample_norm_, Activation::none());
  downsample_.add_module("0", *downsample_conv_);
  downsample_.add_module("1", *downsample_norm_);
  add_module("downsample", downsample_);
}

Variable ResNet::Bottleneck::operator()(Variable x) {
  const Scope scope(name());
  const Variable inner = second_(first_(x));
  if (shortcut_) x = (*shortcut_)(x);
  return third_(inner, std::move(x));
}

ResNet::ResNet(const ResNetOptions& o, const Initializer& initializer)
    : conv1_(conv(3, o.width, 7, 2), initializer.of("conv1")),
      norm1_(o.width),
      stem_(conv1_, norm1_),
      fc_(o.width * 8 * expansion, o.embed, initializer.of("fc")) {
  require(o.layers.size() == 4 && o.width > 0 && o.embed > 0, "resnet",
          "{} stages, width {} and {} outputs came, expected 4 stages and positive numbers", o.layers.size(),
          o.width, o.embed);
  add_module("conv1", conv1_);
  add_module("bn1", norm1_);
  std::int64_t channels = o.width;
  for (std::size_t stage = 0; stage < 4; ++stage) {
    const std::string name = fmt::format("layer{}", stage + 1);
    const std::int64_t features = o.width << stage;
    for (std::int64_t block = 0; block < o.layers[stage]; ++block) {
      const std::string index = std::to_string(block);
      blocks_.push_back(std::make_unique<Bottleneck>(channels, features, block == 0 && stage > 0 ? 2 : 1,
                                                     initializer.of(name + "." + index)));
      stages_[stage].add_module(index, *blocks_.back());
      channels = features * expansion;
    }
    add_module(name, stages_[stage]);
  }
  add_module("fc", fc_);
}

Variable ResNet::operator()(const Variable& x) {
  const Scope scope(name());
  const Shape& s = x.shape();
  require(s.rank() == 4 && s[1] > 0 && s[2] > 0 && s[3] == 3, "resnet",
          "x has the shape {}, expected [N,H,W,3]", s.str());
  Variable y = max_pool2d(stem_(x), {.kernel = 3, .stride = 2, .padding = 1});
  for (const auto& block : blocks_) y = (*block)(std::move(y));
  y = global_avg_pool2d(y);
  return fc_(reshape(y, {y.shape()[0], y.shape()[3]}));
}

}  // namespace scrim
