#include "layers/conv2d.h"

namespace scrim {

Conv2d::Conv2d(const Conv2dShape& s, const Place& place) : Callable(place), options(s.options) {
  const Initializer initializer = place.initializer();
  const std::int64_t channels = s.in_channels / options.groups, fan_in = channels * s.kernel * s.kernel;
  weight = Variable::parameter(
      initializer.of("weight").uniform({s.out_channels, channels, s.kernel, s.kernel}, fan_in));
  add_parameter("weight", weight);
  if (!s.bias) return;
  bias = Variable::parameter(initializer.of("bias").uniform({s.out_channels}, fan_in));
  add_parameter("bias", bias);
}

Variable Conv2d::forward(const Variable& x) const {
  return conv2d(x, weight, bias, options);
}

ConvTranspose2d::ConvTranspose2d(const ConvTranspose2dShape& s, const Place& place)
    : Callable(place), options(s.options) {
  const Initializer initializer = place.initializer();
  const std::int64_t columns = s.out_channels / options.groups;
  const std::int64_t fan_in = columns * s.kernel * s.kernel;  // PyTorch counts the second axis here too
  weight = Variable::parameter(
      initializer.of("weight").uniform({s.in_channels, columns, s.kernel, s.kernel}, fan_in));
  bias = Variable::parameter(initializer.of("bias").uniform({s.out_channels}, fan_in));
  add_parameter("weight", weight);
  add_parameter("bias", bias);
}

Variable ConvTranspose2d::forward(const Variable& x) const {
  return conv_transpose2d(x, weight, bias, options);
}

}  // namespace scrim
