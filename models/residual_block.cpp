#include "models/residual_block.h"

namespace scrim {
namespace {

Conv2dShape conv3x3(std::int64_t in_channels, std::int64_t features) {
  return same_padded(in_channels, features, 3, true);
}

}  // namespace

ResidualBlock::ResidualBlock(std::int64_t in, std::int64_t out, const Initializer& initializer)
    : norm0_(in, RunningStatistics::none),
      norm3_(out, RunningStatistics::none),
      conv2_(conv3x3(in, out), initializer.of("block.2")),
      conv5_(conv3x3(out, out), initializer.of("block.5")),
      inner_(conv2_, norm3_),
      outer_(conv5_, Activation::relu()) {
  if (in != out) {
    skip_conv_ = std::make_unique<Conv2d>(Conv2dShape{in, out, 1, false}, initializer.of("skip.0"));
    skip_norm_ = std::make_unique<BatchNorm2d>(out, RunningStatistics::none);
    shortcut_ = std::make_unique<FusedConv2d>(*skip_conv_, *skip_norm_, Activation::none());
    skip_.add_module("0", *skip_conv_);
    skip_.add_module("1", *skip_norm_);
    add_module("skip", skip_);
  }
  block_.add_module("0", norm0_);
  block_.add_module("2", conv2_);
  block_.add_module("3", norm3_);
  block_.add_module("5", conv5_);
  add_module("block", block_);
}

Variable ResidualBlock::operator()(const Variable& x) {
  const Scope scope(name());
  const Variable inner = inner_(norm0_(x, true));
  return outer_(inner, shortcut_ ? (*shortcut_)(x) : x);
}

}  // namespace scrim
