#include "models/privacy_net.h"

#include "autograd/ops/concat.h"
#include "autograd/ops/pool.h"
#include "autograd/ops/unary.h"

namespace scrim {
namespace {

constexpr int channel_axis = 3;
constexpr Activation leaky = Activation::leaky_relu(0.2f);

Conv2dShape conv3x3(std::int64_t in_channels, std::int64_t features) {
  return same_padded(in_channels, features, 3, true);
}

}  // namespace

PrivacyNet::Block::Block(std::int64_t in_channels, std::int64_t features, const Initializer& initializer)
    : conv1_(conv3x3(in_channels, features), initializer.of("0.0")),
      conv2_(conv3x3(features, features), initializer.of("1")),
      norm1_(features),
      norm2_(features),
      inner_(conv1_, norm1_, leaky),
      outer_(conv2_, norm2_, Activation::none()) {
  first_.add_module("0", conv1_);
  first_.add_module("1", norm1_);
  add_module("0", first_);
  add_module("1", conv2_);
  add_module("2", norm2_);
}

Variable PrivacyNet::Block::operator()(const Variable& x) {
  const Scope scope(name());
  return outer_(inner_(x));
}

PrivacyNet::Doubling::Doubling(std::int64_t features, const Initializer& initializer)
    : conv_({features, features, 3, {.stride = 2, .padding = 1, .output_padding = 1}}, initializer.of("0")),
      norm_(features),
      fused_(conv_, norm_, leaky) {
  add_module("0", conv_);
  add_module("1", norm_);
}

Variable PrivacyNet::Doubling::operator()(const Variable& x) {
  const Scope scope(name());
  return fused_(x);
}

PrivacyNet::PrivacyNet(const PrivacyNetOptions& o, const Initializer& initializer)
    : options_(o),
      down1_(o.in_dim, o.num_filter, initializer.of("down_1")),
      down2_(o.num_filter, o.num_filter * 2, initializer.of("down_2")),
      down3_(o.num_filter * 2, o.num_filter * 4, initializer.of("down_3")),
      bridge_(o.num_filter * 4, o.num_filter * 8, initializer.of("bridge")),
      trans1_(o.num_filter * 8, initializer.of("trans_1")),
      up1_(o.num_filter * 12, o.num_filter * 4, initializer.of("up_1")),
      trans2_(o.num_filter * 4, initializer.of("trans_2")),
      up2_(o.num_filter * 6, o.num_filter * 2, initializer.of("up_2")),
      trans3_(o.num_filter * 2, initializer.of("trans_3")),
      up3_(o.num_filter * 3, o.num_filter, initializer.of("up_3")),
      last_conv_(conv3x3(o.num_filter, o.out_dim), initializer.of("out")),
      last_norm_(o.out_dim),
      last_(last_conv_, last_norm_, Activation::none()) {
  add_module("down_1", down1_);
  add_module("down_2", down2_);
  add_module("down_3", down3_);
  add_module("bridge", bridge_);
  add_module("trans_1", trans1_);
  add_module("up_1", up1_);
  add_module("trans_2", trans2_);
  add_module("up_2", up2_);
  add_module("trans_3", trans3_);
  add_module("up_3", up3_);
  out_.add_module("0", last_conv_);
  out_.add_module("1", last_norm_);
  add_module("out", out_);
}

Variable PrivacyNet::operator()(const Variable& x) {
  const Scope scope(name());
  const Shape& s = x.shape();
  require(s.rank() == 4 && s[1] > 0 && s[2] > 0 && s[1] % 8 == 0 && s[2] % 8 == 0 && s[3] == options_.in_dim,
          "privacy_net", "x has the shape {}, expected [N,H,W,{}] with H and W divisible by 8", s.str(),
          options_.in_dim);
  const Variable d1 = down1_(x);
  const Variable d2 = down2_(max_pool2d(d1, halve));
  const Variable d3 = down3_(max_pool2d(d2, halve));
  Variable y = bridge_(max_pool2d(d3, halve));
  y = up1_(concat({trans1_(y), d3}, channel_axis));
  y = up2_(concat({trans2_(y), d2}, channel_axis));
  y = up3_(concat({trans3_(y), d1}, channel_axis));
  return sigmoid(last_(y));
}

}  // namespace scrim
