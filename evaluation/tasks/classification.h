// Task "classifier": does a classifier that was trained on real films still find what is on released ones?
#pragma once

#include "evaluation/tasks/pointing_game.h"
#include "films/film_settings.h"
#include "measures/verification.h"
#include "methods/releaser.h"

namespace scrim {

struct ClassificationConfig {
  static constexpr const char* task = "classifier";
  FilmSettings data{.image_size = 256};
  std::string test_list, labels, boxes, classifier;
  double boxes_side = 1024;
  MaskSettings masks;
  ReleaseSettings release;
  std::int64_t seed = 1, bootstrap_draws = 1000;
  std::string folder = "runs/classifier";
};

template <class Visit>
void visit_fields(ClassificationConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit("data", "test_list", c.test_list, "file with one film name per line; \"\" = all films in the folder");
  visit("data", "labels", c.labels,
        "table of findings: NIH's Data_Entry_2017*.csv, or image,findings,patient");
  visit("data", "boxes", c.boxes,
        "table of boxes around findings, as NIH's BBox_List_2017.csv; \"\" = where the classifier looks is "
        "not asked");
  visit("data", "boxes_side", c.boxes_side, "side of the square that boxes are drawn in, pixels");
  visit("judges", "classifier", c.classifier, "weights of train_classifier");
  visit_release_fields(c, visit);
  visit("evaluation", "bootstrap_draws", c.bootstrap_draws, "bootstrap samples of patients");
  visit("output", "folder", c.folder, "folder of the results");
}

void check(const ClassificationConfig& config);

struct AucWithInterval {
  std::optional<double> auc;  ///< nothing where the films lack a kind
  std::optional<Interval> interval;
};
struct FindingResult {
  std::string finding;
  std::int64_t positives = 0, positive_patients = 0;
  /// At least 10 patients with it and 10 without: counts in the means and has intervals. Fewer patients give intervals that
  /// miss the truth more often than they say.
  bool counts = false;
  AucWithInterval before, after;
  std::optional<Difference> change;  ///< after less before, over the same samples of patients
};
struct ClassificationResult {
  static constexpr std::int64_t least_patients = 10;
  std::string method;
  std::int64_t films = 0;
  std::vector<FindingResult> findings;      ///< all fourteen
  AucWithInterval mean_before, mean_after;  ///< over the findings that count; nothing when none does
  std::optional<Difference> mean_change;
  std::optional<PointingResult> pointing;
};
ClassificationResult evaluate(const ClassificationConfig& config);

/// What a classifier says of films: a set of cases for each finding, in the order of finding_names. Patients are the table's;
/// a film whose patient is not known counts as one.
std::vector<std::vector<GroupedCase>> finding_cases(const Tensor& logits,
                                                    const std::vector<std::string>& films,
                                                    const LabelTable& labels);
/// Two classifiers, or one on two releases, on the same films.
ClassificationResult compared(const std::vector<std::vector<GroupedCase>>& before,
                              const std::vector<std::vector<GroupedCase>>& after, std::int64_t draws,
                              const Random& random);

}  // namespace scrim
