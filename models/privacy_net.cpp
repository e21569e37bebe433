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

PrivacyNet::Block::Block(std::int64_t in_channels, std::int64_t features, const Place& place)
    : Callable(place),
      first_(child("0")),
      conv1_(conv3x3(in_channels, features), first_.child("0")),
      norm1_(features, first_.child("1")),
      conv2_(conv3x3(features, features), child("1")),
      norm2_(features, child("2")),
      inner_(conv1_, norm1_, leaky),
      outer_(conv2_, norm2_, Activation::none()) {}

Variable PrivacyNet::Block::forward(const Variable& x) {
  return outer_(inner_(x));
}

PrivacyNet::Doubling::Doubling(std::int64_t features, const Place& place)
    : Callable(place),
      conv_({features, features, 3, {.stride = 2, .padding = 1, .output_padding = 1}}, child("0")),
      norm_(features, child("1")),
      fused_(conv_, norm_, leaky) {}

Variable PrivacyNet::Doubling::forward(const Variable& x) {
  return fused_(x);
}

PrivacyNet::PrivacyNet(const PrivacyNetOptions& o, const Place& place)
    : Callable(place),
      options_(o),
      down1_(o.in_dim, o.num_filter, child("down_1")),
      down2_(o.num_filter, o.num_filter * 2, child("down_2")),
      down3_(o.num_filter * 2, o.num_filter * 4, child("down_3")),
      bridge_(o.num_filter * 4, o.num_filter * 8, child("bridge")),
      trans1_(o.num_filter * 8, child("trans_1")),
      up1_(o.num_filter * 12, o.num_filter * 4, child("up_1")),
      trans2_(o.num_filter * 4, child("trans_2")),
      up2_(o.num_filter * 6, o.num_filter * 2, child("up_2")),
      trans3_(o.num_filter * 2, child("trans_3")),
      up3_(o.num_filter * 3, o.num_filter, child("up_3")),
      out_(child("out")),
      last_conv_(conv3x3(o.num_filter, o.out_dim), out_.child("0", place.initializer().of("out"))),
      last_norm_(o.out_dim, out_.child("1")),
      last_(last_conv_, last_norm_, Activation::none()) {}

Variable PrivacyNet::forward(const Variable& x) {
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
