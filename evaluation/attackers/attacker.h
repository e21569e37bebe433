// An attacker: looks at films, then says how surely two of them show the same patient.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "films/film_settings.h"

namespace scrim {

/// Films as they came from the camera, or as a method released them.
enum class FilmKind { real, released };

/// What stands beside every figure of an attacker.
struct AttackerFacts {
  std::string name;  ///< "correlation", "learned on released_real, seed 1"
  std::string
      family;  ///< "correlation", "learned": attackers that differ in seeds and training pairs alone share it
  std::string knows;       ///< what it needs besides the films that it compares, in words
  std::string trained_on;  ///< kind of its training pairs; "" = no training
  std::int64_t training_films = 0, training_steps = 0;
  double training_seconds = 0;
  /// Sees only sex, view and age: not an attack, but what attacks are held against.
  bool is_control = false;
};

class Attacker {
 public:
  /// What an attacker made of films, once for all pairs.
  struct Views {
    virtual ~Views() = default;
  };

  virtual ~Attacker() = default;
  virtual AttackerFacts facts() const = 0;
  /// Looks at all films. Throws Error when it cannot.
  virtual std::unique_ptr<Views> look(const FilmSet& films, FilmKind kind) = 0;
  /// A score for each pair of first[i] and second[j], higher for one patient. Both are of this attacker's look().
  virtual std::vector<double> scores(const Views& first, const Views& second,
                                     const std::vector<IndexedPair>& pairs) = 0;
};

}  // namespace scrim
