#include "layers/initialize.h"

#include <cmath>

#include "tensor/parallel.h"

namespace scrim {

Initializer Initializer::of(std::string_view part) const {
  return random_ ? Initializer(random_->split(part)) : none();
}

Tensor Initializer::uniform(const Shape& shape, std::int64_t fan_in) const {
  Tensor tensor = Tensor::empty(shape);
  if (!random_) return tensor;
  const double bound = 1 / std::sqrt(double(fan_in));
  float* values = tensor.mutable_data<float>().data();
  parallel_for(tensor.numel(), 65536, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      values[i] = float(bound * (2 * random_->uniform_at(std::uint64_t(i)) - 1));
  });
  return tensor;
}

}  // namespace scrim
