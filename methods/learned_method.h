// Methods whose changes a network draws, its generator. The network looks at the film at one size; what it draws is enlarged
// to the film's own.
#pragma once

#include <memory>

#include "methods/pixel_method.h"

namespace scrim {

class LearnedMethod : public PixelMethod {
 public:
  /// What the network draws looking at `small`, the same films at its own size (sides divisible by 16), and what that makes
  /// of `film` [N,H,W,1].
  virtual ChangedPixels draw(const Variable& film, const Variable& small, const Variable& mask) const = 0;

  ChangedPixels change(const Variable& film, const Variable& mask, const Random& random) const final;
  /// The released x for films of the network's size, with gradients: what training looks at.
  Variable operator()(const Variable& x, const Variable& mask) const { return draw(x, x, mask).film; }

  /// What has weights.
  Module& generator() { return generator_; }
  const Module& generator() const { return generator_; }

  /// Side at which the network looks at films, pixels.
  std::int64_t image_size() const { return image_size_; }
  /// Throws UsageError unless it is 16 to 4096 and divisible by 16.
  void set_image_size(std::int64_t image_size);

 protected:
  explicit LearnedMethod(Module& generator) : generator_(generator) {}

 private:
  Module& generator_;
  std::int64_t image_size_ = 256;
};

}  // namespace scrim
