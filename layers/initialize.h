// How new parameters are drawn: PyTorch's default for convolutions and linear layers.
#pragma once

#include <optional>

#include "tensor/random.h"
#include "tensor/tensor.h"

namespace scrim {

/// Draws the parameters of a network, or leaves them unset for a network whose weights come from a file:
/// drawing millions of numbers to overwrite them would take longer than an inference.
class Initializer {
 public:
  explicit Initializer(std::uint64_t seed) : random_(Random(seed)) {}
  static Initializer none() { return Initializer(std::nullopt); }

  /// For a part of the network; parts with different names draw independent numbers.
  Initializer of(std::string_view part) const;

  /// Uniform in [-1/sqrt(fan_in), 1/sqrt(fan_in)): He et al., "Delving Deep into Rectifiers", 2015, with a =
  /// sqrt(5), which is what PyTorch's layers start with, weight and bias alike.
  Tensor uniform(const Shape& shape, std::int64_t fan_in) const;

 private:
  explicit Initializer(std::optional<Random> random) : random_(random) {}
  std::optional<Random> random_;
};

}  // namespace scrim
