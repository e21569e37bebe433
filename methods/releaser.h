// A film set as a hospital would release it: what evaluations look at.
#pragma once

#include "base/config/config_checks.h"
#include "films/mask_set.h"
#include "methods/method_settings.h"
#include "methods/surrogate/release_guarantee.h"

namespace scrim {

/// A method that is ready: one without a network by its settings, a learned one by its weights.
struct ReleaseSettings {
  MethodSettings method{.method = Unchanged::name};
  std::string weights;
  std::string labels;
};

template <class Visit>
void visit_fields(ReleaseSettings& r, Visit&& visit) {
  static const std::string help = method_names();
  visit("release", "method", r.method.method, help.c_str());
  visit("release", "weights", r.weights, "weight file of a learned method");
  visit("release", "labels", r.labels, "surrogate: table of the films' findings");
  visit_unlearned_fields(r.method, "release", visit);
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const ReleaseSettings& settings);

/// Throws UsageError when the method shows another person's film: nothing on it is where it is on the patient's.
void check_shows_the_film(const ReleaseSettings& settings);

/// The fields that every evaluation of released films has, and their checks: c.masks, c.release, c.seed.
template <class Config, class Visit>
void visit_release_fields(Config& c, Visit&& visit) {
  visit_fields(c.masks, visit);
  visit_fields(c.release, visit);
  visit("evaluation", "seed", c.seed, "seed of the bootstrap and of the methods' noise");
}
template <class Config>
void check_release_fields(const Config& c) {
  check(c.release);
  expect(c.seed >= 0, "evaluation.seed", c.seed, "at least 0");
}

class Releaser {
 public:
  /// Throws Error when the weights are of another method, UsageError when masks or labels are wanted and none are named.
  /// `seed`: of the numbers that the method draws.
  Releaser(const ReleaseSettings& settings, const MaskSettings& masks, std::uint64_t seed);

  /// Film `index` at its own size and depth. `release`: which of several releases of the same film.
  ReleasedFilm release_one(const FilmSet& films, std::int64_t index, std::uint64_t release = 0) const;
  /// All of them, under their names, as somebody sees them who looks at films.image_size() pixels: what was released is
  /// resized, and keeps its depth.
  FilmSet release(const FilmSet& films, std::uint64_t release = 0) const;

  /// What a learned method makes of x[1,S,S,1], with gradients to x: for attackers who hold the network. mask: that of
  /// mask_at(). Throws Error for methods without a network.
  ChangedPixels apply(const Variable& x, const Variable& mask);
  /// The organs of film `index` at films.image_size(); undefined where the method wants no masks.
  Variable mask_at(const FilmSet& films, std::int64_t index) const;

  /// What holds whatever attackers do, with the cells of these films; nothing for methods without cells.
  std::optional<ReleaseGuarantee> guarantee(const std::vector<std::string>& films) const;

  const Method& method() const { return *method_; }

 private:
  MaskSet masks_of(const FilmSet& films, std::int64_t index) const;

  MaskSettings masks_;
  std::optional<LabelTable> labels_;
  Random random_;
  std::unique_ptr<Method> method_;
  LearnedMethod* learned_ = nullptr;  ///< method_, when it has a network
};

}  // namespace scrim
