#include "models/protected_anonymizer.h"

#include <cmath>

#include "autograd/binary.h"
#include "autograd/gaussian.h"
#include "autograd/resize.h"

namespace scrim {

Variable feathered(const Variable& mask, double width) {
  require(width >= 0 && width <= 256, "feathered", "a rim of {} pixels came, expected 0 to 256", width);
  if (width == 0) return mask;
  const auto radius = std::int64_t(std::ceil(width));
  const kernels::GaussianOptions blur{2 * radius + 1, width / 2, kernels::BorderMode::replicate};
  return maximum(mask, gaussian(mask, blur));
}

Variable field_outside(const Variable& field, const Variable& mask) {
  const std::int64_t height = field.shape()[1], width = field.shape()[2];
  const bool same_size = mask.shape()[1] == height && mask.shape()[2] == width;
  const Variable at_field =
      same_size ? mask : resize(mask, height, width, {kernels::ResizeMode::bilinear, true});
  return field * (Variable(mask.value().full_like({}, 1)) - at_field);
}

Variable blended(const Variable& x, const Variable& y, const Variable& mask) {
  return mask * x + (Variable(mask.value().full_like({}, 1)) - mask) * y;
}

Variable protected_warp(const Variable& x, const Variable& field, const Variable& mask,
                        const WarpOptions& options, Protection protection) {
  require(mask.shape() == x.shape(), "protected_warp", "the mask {} came with x {}, expected the same shape",
          mask.shape().str(), x.shape().str());
  if (protection == Protection::blend) return blended(x, warp(x, field, options), mask);
  return warp(x, field_outside(field, mask), options);
}

ProtectedAnonymizer::ProtectedAnonymizer(const ProtectedAnonymizerOptions& o, const Initialiser& initialiser)
    : generator({.in_channels = 1, .out_channels = 2, .init_features = o.init_features}, initialiser),
      options(o) {
  add_module("generator", generator);
}

Variable ProtectedAnonymizer::operator()(const Variable& x, const Variable& mask) {
  return protected_warp(x, generator(x), mask, options.warp, options.protection);
}

}  // namespace scrim
