// Where a task's films lie: sections that configurations share, and the films read by them.
#pragma once

#include <optional>

#include "data/files/film_labels.h"
#include "films/film_set.h"

namespace scrim {

struct FilmSettings {
  std::string images;
  std::int64_t image_size = 256;
  std::int64_t memory_mb = 1024;

  FilmSet::Options options() const { return {image_size, memory_mb << 20}; }
};

template <class Visit>
void visit_fields(FilmSettings& d, Visit&& visit) {
  visit("data", "images", d.images, "folder of gray PNG or JPEG films");
  visit("data", "image_size", d.image_size, "films are resized to this side, pixels");
  visit("data", "memory_mb", d.memory_mb, "memory for decoded films, MiB");
}

/// Lists of films for tasks that look at one film at a time.
struct FilmLists {
  std::string train, valid;
};

template <class Visit>
void visit_fields(FilmLists& l, Visit&& visit) {
  visit("data", "train_list", l.train, "file with one film name per line; \"\" = all films in the folder");
  visit("data", "valid_list", l.valid, "the same for validation; \"\" = no validation");
}

/// Lists of pairs for tasks about identity.
struct PairLists {
  std::string train, valid;
};

template <class Visit>
void visit_fields(PairLists& l, Visit&& visit) {
  visit("data", "train_pairs", l.train,
        "file with \"FILM FILM 1\" per line; 1 = same patient, 0 = two patients");
  visit("data", "valid_pairs", l.valid, "the same for validation; \"\" = no validation");
}

/// image_size must divide by `divisor`. Throws UsageError that names the key.
void check(const FilmSettings& settings, std::int64_t divisor);

struct TrainAndValid {
  FilmSet train;
  std::optional<FilmSet> valid;
};
/// Both sides of a split, with no film or patient in common.
TrainAndValid read_films(const FilmSettings& settings, const FilmLists& lists,
                         const std::function<std::string(const std::string&)>& patient_of = patient_of_name);

/// Pairs by index into a list of films.
struct IndexedPair {
  std::int64_t first, second;
  bool same_patient;
};
struct PairSet {
  std::vector<std::string> names;  ///< every film once
  std::vector<IndexedPair> pairs;
};
PairSet indexed(const std::vector<Pair>& pairs);

}  // namespace scrim
