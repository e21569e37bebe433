// Random changes of training films: flips, small rotations, scalings and shifts, brightness and contrast.
#pragma once

#include <string>

#include "tensor/random.h"
#include "tensor/tensor.h"

namespace scrim {

struct AugmentationSettings {
  bool flip = false;
  double rotate_degrees = 0;  ///< at most, either way
  double scale = 0;           ///< 0.1: 0.9 to 1.1 times as large
  double shift = 0;           ///< of the side, at most, either way
  double brightness = 0;      ///< added gray, at most, either way
  double contrast = 0;        ///< 0.2: distances from 0.5 become 0.8 to 1.2 times as large
  double gamma = 0;           ///< 0.4: gray to the power of 1/1.4 to 1.4
  double noise = 0;           ///< standard deviation of added noise, at most
  double erase = 0;           ///< probability that a rectangle is covered by one gray

  bool does_nothing() const;
};

template <class Visit>
void visit_fields(AugmentationSettings& a, Visit&& visit) {
  visit("augmentation", "flip", a.flip, "mirror half of the films left to right");
  visit("augmentation", "rotate_degrees", a.rotate_degrees, "largest rotation, either way");
  visit("augmentation", "scale", a.scale, "largest change of size; 0.1 = 0.9 to 1.1 times");
  visit("augmentation", "shift", a.shift, "largest shift, either way, as a share of the side");
  visit("augmentation", "brightness", a.brightness, "largest change of gray, either way, 0 to 1");
  visit("augmentation", "contrast", a.contrast, "largest change of contrast; 0.2 = 0.8 to 1.2 times");
  visit("augmentation", "gamma", a.gamma, "largest gamma correction; 0.4 = powers of 1/1.4 to 1.4");
  visit("augmentation", "noise", a.noise, "largest standard deviation of added noise, gray from 0 to 1");
  visit("augmentation", "erase", a.erase,
        "probability that a rectangle of 0.1 to 0.4 of the side is covered by one gray");
}

/// Throws UsageError that names the key of `table` whose value does not make sense.
void check(const AugmentationSettings& settings, const std::string& table = "augmentation");

/// One draw: where each pixel of the new film is looked up in the old one, and what becomes of its gray.
struct FilmChange {
  // Old (x, y) of new (x, y), both from -1 to 1 between the centers of the outer pixels.
  double xx = 1, xy = 0, x0 = 0, yx = 0, yy = 1, y0 = 0;
  double power = 1;             ///< gray' = gray^power, then
  double gain = 1, offset = 0;  ///< gray' = 0.5 + gain * (gray - 0.5) + offset + noise, clamped to [0,1]
  double noise = 0;             ///< standard deviation
  Random noise_of{0};
  // What is covered, as shares of the sides; nothing where height is 0.
  double top = 0, left = 0, height = 0, width = 0, gray = 0;
};
/// Turned, and enlarged to `size` times its size, around the middle.
FilmChange turned(double degrees, double size);
FilmChange draw_change(const AugmentationSettings& settings, Random random);

/// film[1,H,W,1] f32 in [0,1]: bilinear, pixels past the border repeat it.
Tensor changed_film(const Tensor& film, const FilmChange& change);

}  // namespace scrim
