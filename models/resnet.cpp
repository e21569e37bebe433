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
                               const Place& place)
    : Callable(place),
      conv1_(conv(in_channels, features, 1), child("conv1")),
      norm1_(features, child("bn1")),
      conv2_(conv(features, features, 3, stride), child("conv2")),
      norm2_(features, child("bn2")),
      conv3_(conv(features, features * expansion, 1), child("conv3")),
      norm3_(features * expansion, child("bn3")),
      first_(conv1_, norm1_),
      second_(conv2_, norm2_),
      third_(conv3_, norm3_),
      downsample_(child("downsample")) {
  if (stride == 1 && in_channels == features * expansion) return;
  downsample_conv_.emplace(conv(in_channels, features * expansion, 1, stride), downsample_.child("0"));
  downsample_norm_.emplace(features * expansion, downsample_.child("1"));
  shortcut_.emplace(*downsample_conv_, *downsample_norm_, Activation::none());
}

Variable ResNet::Bottleneck::forward(Variable x) {
  const Variable inner = second_(first_(x));
  if (shortcut_) x = (*shortcut_)(x);
  return third_(inner, std::move(x));
}

ResNet::ResNet(const ResNetOptions& o, const Place& place)
    : Callable(place),
      conv1_(conv(3, o.width, 7, 2), child("conv1")),
      norm1_(o.width, child("bn1")),
      stem_(conv1_, norm1_),
      stem_pool_(o.stem_pool),
      grid_(o.grid) {
  require(o.layers.size() == 4 && o.width > 0 && o.embed > 0 && o.grid > 0, "resnet",
          "{} stages, width {}, {} outputs and grid {} came, expected 4 stages and positive numbers",
          o.layers.size(), o.width, o.embed, o.grid);
  std::int64_t channels = o.width;
  for (std::size_t stage = 0; stage < 4; ++stage) {
    Group& blocks = stages_.emplace_back(child(fmt::format("layer{}", stage + 1)));
    const std::int64_t features = o.width << stage;
    for (std::int64_t block = 0; block < o.layers[stage]; ++block) {
      blocks_.emplace_back(channels, features, block == 0 && stage > 0 ? 2 : 1,
                           blocks.child(std::to_string(block)));
      channels = features * expansion;
    }
  }
  fc_.emplace(o.width * 8 * expansion * o.grid * o.grid, o.embed, child("fc"));
}

Variable ResNet::forward(const Variable& x) {
  const Shape& s = x.shape();
  require(s.rank() == 4 && s[1] > 0 && s[2] > 0 && s[3] == 3, "resnet",
          "x has the shape {}, expected [N,H,W,3]", s.str());
  Variable y = stem_(x);
  if (stem_pool_) y = max_pool2d(y, {.kernel = 3, .stride = 2, .padding = 1});
  for (Bottleneck& block : blocks_) y = block(std::move(y));
  y = adaptive_avg_pool2d(y, grid_, grid_);
  return (*fc_)(reshape(y, {y.shape()[0], grid_ * grid_ * y.shape()[3]}));
}

}  // namespace scrim
