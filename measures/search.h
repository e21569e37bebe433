// How well an attacker finds a patient among many: figures of a search (closed and open set).
#pragma once

#include "measures/intervals.h"

namespace scrim {

/// The scores of every film (row: what is searched with) against every film (column: the gallery).
struct SearchScores {
  const std::vector<float>& values;   ///< films * films
  std::vector<std::string> patients;  ///< of each film

  std::size_t films() const { return patients.size(); }
  float at(std::size_t query, std::size_t film) const { return values[query * films() + film]; }
};

/// Every film of a patient with several is searched with, once, among all films but itself.
struct FilmSearch {
  std::int64_t queries = 0, gallery = 0;  ///< films
  std::vector<double> found_within;  ///< the share found within rank 1, 2, ..., 50 (cumulative match curve)
  std::optional<Interval> rank_1_interval;  ///< over patients
  double map_at_r = 0;  ///< Musgrave et al., "A Metric Learning Reality Check", ECCV 2020, section 3.2
  double chance = 0;    ///< of rank 1, by drawing a film

  struct Patient {
    std::vector<std::size_t> films;
    double found = 0;   ///< the share of its films that find another one at rank 1
    double margin = 0;  ///< mean of the best own score less the best stranger's
  };
  std::vector<Patient> patients;  ///< those who are found most surely first
};
FilmSearch film_search(const SearchScores& scores, std::int64_t draws, Random random);

/// Rank 1 when the film that was released is in the gallery itself, beside one film of each other patient and the other
/// films of its own: whoever holds the archive looks for the original. Needs scores of films with themselves.
std::optional<double> original_search(const SearchScores& scores);

struct GalleryPoint {
  double patients = 0;
  double rank_1 = 0;
  bool extrapolated = false;  ///< by a straight line of the logit over the logarithm of the gallery's size
};

/// One film of every patient is enrolled at random, and one other film of each patient with several is searched with;
/// patients with one film are there as strangers. The mean over `repetitions` random enrolments.
struct EnrolmentSearch {
  std::int64_t repetitions = 0, gallery = 0, queries = 0;  ///< patients
  double rank_1 = 0, rank_5 = 0, rank_10 = 0, chance = 0;
  std::optional<Interval> rank_1_interval;  ///< over patients
  /// All other films of the patient searched with together, by their highest score and by their mean.
  double rank_1_by_maximum = 0, rank_1_by_mean = 0;
  /// Open set: half of the patients with several films are not enrolled. Share of enrolled ones that are missed at the
  /// threshold where this share of those not enrolled gets an answer. Nothing with too few of them.
  std::optional<double> missed_at_1_percent, missed_at_10_percent;
  std::vector<GalleryPoint> by_gallery;  ///< up to the whole test, then extrapolated to 1e5 patients
};
/// Nothing without a patient who has several films and another patient.
std::optional<EnrolmentSearch> enrolment_search(const SearchScores& scores, std::int64_t repetitions,
                                                Random random);

}  // namespace scrim
