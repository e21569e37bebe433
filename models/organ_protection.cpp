#include "models/organ_protection.h"

#include <cmath>

#include "autograd/ops/binary.h"
#include "autograd/ops/gaussian.h"
#include "autograd/ops/resize.h"

namespace scrim {

Protection protection_named(const std::string& name) {
  if (name == "none") return Protection::none;
  if (name == "blend") return Protection::blend;
  if (name == "field") return Protection::field;
  throw UsageError(
      fmt::format("[config] protection must be \"none\", \"blend\" or \"field\" (got \"{}\")", name));
}

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

}  // namespace scrim
