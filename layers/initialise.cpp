#include "layers/initialise.h"

#include <cmath>

namespace scrim {

Tensor uniform_fan_in(const Shape& shape, std::int64_t fan_in, const Random& random) {
  Tensor tensor = Tensor::empty(shape);
  const double bound = 1 / std::sqrt(double(fan_in));
  const auto values = tensor.mutable_data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(bound * (2 * random.uniform_at(i) - 1));
  return tensor;
}

}  // namespace scrim
