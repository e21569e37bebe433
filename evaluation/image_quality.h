// Task "image_quality": how far released films are from the originals.
#pragma once

#include "data/image_file.h"
#include "evaluation/perturbation.h"
#include "training/film_settings.h"

namespace scrim {

/// The largest value of the image's bits.
double full_range(const GrayImage& image);
/// Throws Error unless both have the same sizes and bits; `where` stands in the message.
void require_same_kind(const GrayImage& a, const GrayImage& b, std::string_view where);

/// Peak signal-to-noise ratio in dB against the full range; infinite for equal images. Throws Error unless
/// both have the same sizes and bits, as do the others.
double psnr(const GrayImage& before, const GrayImage& after);
double share_of_changed_pixels(const GrayImage& before, const GrayImage& after);
/// |before - after| over the whole range, times `gain`, as an 8-bit image.
GrayImage difference_image(const GrayImage& before, const GrayImage& after, double gain);
/// Structural similarity (Wang, Bovik, Sheikh, Simoncelli, IEEE TIP 2004): Gaussian window 11x11, sigma 1.5,
/// K1 = 0.01, K2 = 0.03, the mean over places where the window fits. Sides of at least 11 pixels.
double ssim(const GrayImage& before, const GrayImage& after);

struct ImageQualityConfig {
  static constexpr const char* task = "image_quality";
  FilmSettings data{.image_size = 256};
  std::string test_list;
  MaskSettings masks;
  PerturbationSettings perturbation;
  std::int64_t seed = 1;
  std::string folder = "runs/image_quality";
};

template <class Visit>
void visit_fields(ImageQualityConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit("data", "test_list", c.test_list, "file with a film's name a line; \"\" = all films of the folder");
  visit_release_fields(c, visit);
  visit("output", "folder", c.folder, "folder of the results");
}

void check(const ImageQualityConfig& config);

struct FilmQuality {
  std::string film;
  double psnr, ssim, changed_share;
  double largest_displacement;  ///< pixels at image_size; 0 for methods that move nothing
};
struct ImageQualityResult {
  std::string perturbation;
  std::vector<FilmQuality> films;
};
ImageQualityResult evaluate(const ImageQualityConfig& config);

}  // namespace scrim
