#include "models/residual_block.h"

namespace scrim {
namespace {

Conv2dShape conv3x3(std::int64_t in_channels, std::int64_t features) {
  return same_padded(in_channels, features, 3, true);
}

}  // namespace

ResidualBlock::ResidualBlock(std::int64_t in, std::int64_t out, const Place& place)
    : Callable(place),
      skip_(child("skip")),
      block_(child("block")),
      norm0_(in, block_.child("0"), RunningStatistics::none),
      conv2_(conv3x3(in, out), block_.child("2")),
      norm3_(out, block_.child("3"), RunningStatistics::none),
      conv5_(conv3x3(out, out), block_.child("5")),
      inner_(conv2_, norm3_),
      outer_(conv5_, Activation::relu()) {
  if (in == out) return;
  skip_conv_.emplace(Conv2dShape{in, out, 1, false}, skip_.child("0"));
  skip_norm_.emplace(out, skip_.child("1"), RunningStatistics::none);
  shortcut_.emplace(*skip_conv_, *skip_norm_, Activation::none());
}

Variable ResidualBlock::forward(const Variable& x) {
  const Variable inner = inner_(norm0_(x, true));
  return outer_(inner, shortcut_ ? (*shortcut_)(x) : x);
}

}  // namespace scrim
