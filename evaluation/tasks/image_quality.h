// Task "image_quality": how far released films are from the originals.
#pragma once

#include "films/film_settings.h"
#include "methods/releaser.h"

namespace scrim {

struct ImageQualityConfig {
  static constexpr const char* task = "image_quality";
  FilmSettings data{.image_size = 256};
  std::string test_list;
  MaskSettings masks;
  ReleaseSettings release;
  std::int64_t seed = 1;
  std::string folder = "runs/image_quality";
};

template <class Visit>
void visit_fields(ImageQualityConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit("data", "test_list", c.test_list, "file with one film name per line; \"\" = all films in the folder");
  visit_release_fields(c, visit);
  visit("output", "folder", c.folder, "folder of the results");
}

void check(const ImageQualityConfig& config);

struct FilmQuality {
  std::string film;
  double psnr, ssim, changed_share;
  double largest_displacement;  ///< pixels of the film; 0 for methods that move nothing
};
struct ImageQualityResult {
  std::string method;
  std::vector<FilmQuality> films;
};
ImageQualityResult evaluate(const ImageQualityConfig& config);

}  // namespace scrim
