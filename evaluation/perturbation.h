// What is done to films before they are released, by every method that the study compares.
#pragma once

#include "training/film_set.h"
#include "training/mask_set.h"
#include "training/settings.h"
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

/// The fields that every evaluation of released films has, and their checks: c.masks, c.perturbation, c.seed.
template <class Config, class Visit>
void visit_release_fields(Config& c, Visit&& visit) {
  visit_fields(c.masks, visit);
  visit_fields(c.perturbation, visit);
  visit("evaluation", "seed", c.seed, "of intervals and of dp_pix's noise");
}
template <class Config>
void check_release_fields(const Config& c) {
  check(c.perturbation);
  expect(c.seed >= 0, "evaluation.seed", c.seed, "at least 0");
}

struct ReleasedFilm {
  GrayImage image;      ///< 8 bits
  Tensor displacement;  ///< as Anonymizer::Release has it; undefined for methods that move nothing
};

class Perturbation {
 public:
  /// Throws Error when the weights do not fit the kind, UsageError when masks are wanted and none are named.
  /// `seed`: of dp_pix's noise.
  Perturbation(const PerturbationSettings& settings, const MaskSettings& masks, std::uint64_t seed);

  /// Film `index` as a hospital would release it: at its own size, changed by what the network draws at the size that it
  /// was trained on. `release`: which of
  /// several releases of the same film; only dp_pix's differ.
  ReleasedFilm release_one(const FilmSet& films, std::int64_t index, std::uint64_t release = 0) const;
  FilmSet release(const FilmSet& films, std::uint64_t release = 0) const;
  /// What the method makes of x[N,size,size,1], with gradients to x. Throws Error for methods without a
  /// network.
  Variable apply(const Variable& x, const Variable& mask);
  /// What the method spares of film `index`, [1,size,size,1]; undefined when it spares nothing.
  Variable mask_of(const FilmSet& films, std::int64_t index) const;

  bool changes_nothing() const { return settings_.kind == "none"; }
  std::string describe() const;  ///< "flow_field, mu 0.01, operator corrected"

 private:
  /// x at the size of the films that the network was trained on.
  Variable at_network_size(const Variable& x) const;

  PerturbationSettings settings_;
  MaskSettings masks_;
  Random random_;
  std::optional<Anonymizer> anonymizer_;
};

}  // namespace scrim
