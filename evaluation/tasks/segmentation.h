// Task "segmenter": does a segmenter still find the organs on released films?
#pragma once

#include "films/film_settings.h"
#include "methods/releaser.h"

namespace scrim {

struct SegmentationConfig {
  static constexpr const char* task = "segmenter";
  FilmSettings data{.image_size = 1024};
  std::string test_list, segmenter;
  std::vector<std::string> truth;
  std::vector<std::int64_t> organs;
  MaskSettings masks;
  ReleaseSettings release;
  std::int64_t seed = 1;
  std::string folder = "runs/segmenter";
};

template <class Visit>
void visit_fields(SegmentationConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit("data", "test_list", c.test_list, "file with one film name per line; \"\" = all films in the folder");
  visit("data", "truth", c.truth, "folders of true masks, one per organ; \"A+B\" = both together");
  visit("judges", "segmenter", c.segmenter, "weights of train_segmenter");
  visit("judges", "organs", c.organs, "the segmenter's organ for each truth, from 0; [] = in order");
  visit_release_fields(c, visit);
  visit("output", "folder", c.folder, "folder of the results");
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const SegmentationConfig& config);

/// Over the test films.
struct Fit {
  double mean_dice = 0, worst_dice = 1;
  double mean_hausdorff = 0;  ///< pixels at image_size, over films where something was found
  std::int64_t missed = 0;    ///< films where nothing was found of an organ that is there, or the other way
};
struct OrganResult {
  std::string truth;
  Fit before, after;
};
struct SegmentationResult {
  std::string method;
  std::int64_t films = 0;
  std::vector<OrganResult> organs;
};
SegmentationResult evaluate(const SegmentationConfig& config);

}  // namespace scrim
