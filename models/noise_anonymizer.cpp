#include "models/noise_anonymizer.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/gaussian.h"
#include "autograd/ops/resize.h"
#include "autograd/ops/unary.h"

namespace scrim {

NoiseAnonymizer::NoiseAnonymizer(const NoiseAnonymizerOptions& o, const Place& place)
    : Callable(place),
      generator({.in_channels = 1, .out_channels = 1, .init_features = o.init_features},
                child("generator", place.initializer())),
      options(o) {}

Variable NoiseAnonymizer::field(const Variable& x) {
  const Variable field = generator(x);
  return options.smooth ? gaussian(field, {.size = 9, .sigma = 2, .border = kernels::BorderMode::zeros})
                        : field;
}

Variable NoiseAnonymizer::forward(const Variable& x, const Variable& sensitivity) {
  return add_noise(x, field(x), options.noise_degree, sensitivity);
}

Variable add_noise(const Variable& x, const Variable& field, double noise_degree,
                   const Variable& sensitivity) {
  Variable noise = scale(field, noise_degree);
  const std::int64_t height = x.shape()[1], width = x.shape()[2];
  if (noise.shape()[1] != height || noise.shape()[2] != width)
    noise = resize(noise, height, width, {kernels::ResizeMode::bilinear, true});
  if (sensitivity.defined()) noise = noise * sensitivity;
  return clamp(x + noise, 0, 1);
}

}  // namespace scrim
