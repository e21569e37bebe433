// What is done to films before they are released, by every method that the study compares.
#pragma once

#include "training/film_set.h"
#include "training/mask_set.h"
#include "training/study_networks.h"

namespace scrim {

struct PerturbationSettings {
  std::string kind = "none";
  std::string weights;
  std::int64_t cell = 8;
  double pixels = 16, epsilon = 0.5;
};

template <class Visit>
void visit_fields(PerturbationSettings& p, Visit&& visit) {
  visit("perturbation", "kind", p.kind, "\"flow_field\", \"noise\", \"privacy_net\", \"dp_pix\" or \"none\"");
  visit("perturbation", "weights", p.weights, "flow_field, noise, privacy_net: weight file of the generator");
  visit("perturbation", "cell", p.cell, "dp_pix: side of a cell, pixels");
  visit("perturbation", "pixels", p.pixels, "dp_pix: in how many pixels two neighbouring films may differ");
  visit("perturbation", "epsilon", p.epsilon, "dp_pix: privacy budget of a film");
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const PerturbationSettings& settings);

class Perturbation {
 public:
  /// Throws Error when the weights do not fit the kind, UsageError when masks are wanted and none are named.
  /// `seed`: of dp_pix's noise.
  Perturbation(const PerturbationSettings& settings, const MaskSettings& masks, std::uint64_t seed);

  /// The films as a hospital would release them: changed at the size that the network looks at, in 8 bits.
  /// `release`: which of several releases of the same films; only dp_pix's differ.
  FilmSet release(const FilmSet& films, std::uint64_t release = 0);
  /// The longest way, in pixels, that the method moves a pixel of each film; 0 when it moves none.
  std::vector<double> largest_displacements(const FilmSet& films);

  bool changes_nothing() const { return settings_.kind == "none"; }
  std::string describe() const;  ///< "flow_field, mu 0.01, operator corrected"

 private:
  std::optional<MaskSet> masks_of(const FilmSet& films) const;

  PerturbationSettings settings_;
  MaskSettings masks_;
  Random random_;
  std::optional<Anonymizer> anonymizer_;
};

}  // namespace scrim
