// PriCheXyNoise-Net's anonymizer: a U-Net draws a noise field that is added to the film, more where a region
// can bear it.
//   y = clamp(x + noise_degree * field * sensitivity, 0, 1)
#pragma once

#include "models/unet.h"

namespace scrim {

struct NoiseAnonymizerOptions {
  std::int64_t init_features = 32;
  double noise_degree = 0.1;  ///< the largest change of a gray value, in [0,1]
  bool smooth = false;        ///< the field is smoothed by a 9x9 Gaussian of sigma 2, zeros outside
};

class NoiseAnonymizer : public Callable<NoiseAnonymizer> {
 public:
  NoiseAnonymizer(const NoiseAnonymizerOptions& options, const Place& place);

  /// x[N,H,W,1] in [0,1], sides divisible by 16; the field [N,H,W,1] in (-1,1), smoothed if asked for.
  Variable field(const Variable& x);
  /// The anonymized x. sensitivity[N,H,W,1] in [0,1]: how much of the noise a pixel takes; undefined = all of
  /// it.
  Variable forward(const Variable& x, const Variable& sensitivity = {});

  UNet generator;
  NoiseAnonymizerOptions options;
};

/// The film with a noise field on it; a field of another size is resized to the film's (bilinear, corners
/// aligned), so that a network's field serves a film at its native resolution.
Variable add_noise(const Variable& x, const Variable& field, double noise_degree,
                   const Variable& sensitivity);

}  // namespace scrim
