// Task "kept_lesions": do a transplant's lesions stand where they were, and do they show? For methods that keep a part of the
// film. Truth: masks of findings, laid onto the donor's chest as the film was.
//
//   overlap    Dice of all findings' masks of a film with what the release changes of the donor by at least 4 of 255 grays
//   size       area of that change / area of the masks
//   covered    share of a finding's mask that is changed
//   contrast   mean change of gray inside a finding's mask: of the film against its twin, and of the release against the donor
#pragma once

#include "films/film_settings.h"
#include "methods/releaser.h"

namespace scrim {

struct KeptLesionsConfig {
  static constexpr const char* task = "kept_lesions";
  FilmSettings data{.image_size = 256};
  std::string test_list, findings, twins;
  MaskSettings masks;
  ReleaseSettings release;
  std::int64_t seed = 1;
  std::string folder = "runs/kept_lesions";
};

template <class Visit>
void visit_fields(KeptLesionsConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit("data", "test_list", c.test_list, "file with one film name per line; \"\" = all films in the folder");
  visit("data", "findings", c.findings,
        "folder of masks of findings: FINDING/FILM.png for films that have it");
  visit("data", "twins", c.twins, "folder of the same films without findings, for contrast; \"\" = none");
  visit_release_fields(c, visit);
  visit("output", "folder", c.folder, "folder of the results");
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const KeptLesionsConfig& config);

struct KeptLesion {
  std::size_t finding = 0;  ///< into finding_names
  double diameter = 0;      ///< of a disc with the mask's area, share of the film's side
  double covered = 0;
  std::optional<double> contrast_before;
  double contrast_after = 0;
};
struct KeptFilm {
  std::string film;
  double kept_share = 0;                ///< the gate, of the release's area
  std::optional<double> overlap, size;  ///< nothing for films without findings
  std::vector<KeptLesion> lesions;
};
struct KeptLesionsResult {
  std::string method;
  std::vector<KeptFilm> films;
};
/// Throws UsageError for a method that keeps no part of the film.
KeptLesionsResult evaluate(const KeptLesionsConfig& config);

}  // namespace scrim
