// Tasks "inversion" and "averaging": what an attacker gets back who does more than look at what was released.
//
//   inversion   he holds the network: he looks for the film x whose release comes closest to the one he sees,
//               min |A(x) - y|^2 from x = y by gradient descent (Adam) on the pixels, at image_size
//   averaging   he holds several releases of one film and averages them; helps against methods that draw noise
#pragma once

#include "evaluation/identity/identity_test.h"
#include "methods/releaser.h"

namespace scrim {

struct RestorationSettings {
  FilmSettings data{.image_size = 256};
  std::string test_pairs, cohort_list, labels, valid_pairs, verifier;
  MaskSettings masks;
  ReleaseSettings release;
  std::int64_t seed = 1, bootstrap_draws = 1000;
};

template <class Visit>
void visit_fields(RestorationSettings& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit("data", "test_pairs", c.test_pairs, "pairs of test patients");
  visit("data", "cohort_list", c.cohort_list,
        "films of strangers that normalize correlation scores; they are attacked in the same way");
  visit("data", "labels", c.labels, "table of patients; \"\" = patients from names as in NIH");
  visit("data", "valid_pairs", c.valid_pairs,
        "validation pairs: a verifier whose scores are upside down there is turned around; \"\" = none");
  visit("judges", "verifier", c.verifier, "weights of train_verifier, as a second attacker; \"\" = none");
  visit_release_fields(c, visit);
  visit("evaluation", "bootstrap_draws", c.bootstrap_draws, "bootstrap samples of patients");
}

struct InversionConfig {
  static constexpr const char* task = "inversion";
  RestorationSettings common;
  std::int64_t steps = 60;
  double learning_rate = 0.01;
  std::string folder = "runs/inversion";
};

template <class Visit>
void visit_fields(InversionConfig& c, Visit&& visit) {
  visit_fields(c.common, visit);
  visit("inversion", "steps", c.steps, "of the descent");
  visit("inversion", "learning_rate", c.learning_rate, "step size of the descent, gray values");
  visit("output", "folder", c.folder, "folder of the results");
}

struct AveragingConfig {
  static constexpr const char* task = "averaging";
  RestorationSettings common;
  std::int64_t releases = 8;
  std::string folder = "runs/averaging";
};

template <class Visit>
void visit_fields(AveragingConfig& c, Visit&& visit) {
  visit_fields(c.common, visit);
  visit("averaging", "releases", c.releases, "of each film");
  visit("output", "folder", c.folder, "folder of the results");
}

/// Throw UsageError that names the key whose value does not make sense.
void check(const InversionConfig& config);
void check(const AveragingConfig& config);

/// How films that an attacker holds compare with the originals, and whom they betray.
struct Exposure {
  double mean_psnr = 0, mean_ssim = 0;
  VerificationFigures correlation;  ///< against real films: listed pairs of one patient, all strangers
  std::optional<VerificationFigures> verifier;  ///< when one was asked
};
struct RestorationResult {
  std::string task, method, attack;
  std::int64_t films = 0;
  Exposure released, restored;
  /// What restoring adds to the AUC, over the same samples of patients.
  std::optional<Difference> correlation_gain, verifier_gain;
};
RestorationResult evaluate(const InversionConfig& config);
RestorationResult evaluate(const AveragingConfig& config);

}  // namespace scrim
