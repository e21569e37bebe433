// Task "segmenter": does a segmenter still find the organs on released films?
#pragma once

#include "films/film_settings.h"
#include "measures/intervals.h"
#include "methods/releaser.h"

namespace scrim {

struct SegmentationConfig {
  static constexpr const char* task = "segmenter";
  FilmSettings data{.image_size = 1024};
  std::string test_list, labels, segmenter;
  std::vector<std::string> truth;
  std::vector<std::int64_t> organs;
  MaskSettings masks;
  ReleaseSettings release;
  std::int64_t seed = 1, bootstrap_draws = 1000;
  std::string folder = "runs/segmenter";
};

template <class Visit>
void visit_fields(SegmentationConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit("data", "test_list", c.test_list, "file with one film name per line; \"\" = all films in the folder");
  visit("data", "truth", c.truth, "folders of true masks, one per organ; \"A+B\" = both together");
  visit("data", "labels", c.labels,
        "table of patients, and of widths and heights for distances in mm; \"\" = patients from names as in "
        "NIH, pixels");
  visit("judges", "segmenter", c.segmenter, "weights of train_segmenter");
  visit("judges", "organs", c.organs, "the segmenter's organ for each truth, from 0; [] = in order");
  visit_release_fields(c, visit);
  visit("evaluation", "bootstrap_draws", c.bootstrap_draws, "bootstrap samples of patients");
  visit("output", "folder", c.folder, "folder of the results");
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const SegmentationConfig& config);

/// Over the test films.
struct Fit {
  double mean_dice = 0, worst_dice = 1;
  /// 95 % Hausdorff distance, over films where something was found before and after; nothing where there is none. Pixels at
  /// image_size; mm where the table says how wide and high all films are.
  std::optional<double> hausdorff_pixels, hausdorff_mm;
  std::int64_t missed = 0;  ///< films where nothing was found of an organ that is there, or the other way
};
struct OrganResult {
  std::string organ;  ///< "lungs" of the folder .../lungs
  Fit before, after;
  std::int64_t measured = 0;  ///< films that the distances are of
  double dice_change = 0;     ///< after less before, the mean over patients
  std::optional<Interval> dice_change_interval;
};
struct SegmentationResult {
  std::string method;
  std::int64_t films = 0;
  std::vector<OrganResult> organs;
};
SegmentationResult evaluate(const SegmentationConfig& config);

}  // namespace scrim
