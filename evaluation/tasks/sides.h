// The films of an evaluation's patients, real and released, and what attackers make of them.
#pragma once

#include <map>

#include "evaluation/tasks/identity_test.h"
#include "methods/releaser.h"

namespace scrim {

/// Kinds of pairs: what the first and the second film are.
inline constexpr const char* pair_kinds[] = {"released_real", "released_released", "real_real"};

inline FilmKind first_of(const std::string& kind) {
  return kind == "real_real" ? FilmKind::real : FilmKind::released;
}
inline FilmKind second_of(const std::string& kind) {
  return kind == "released_released" ? FilmKind::released : FilmKind::real;
}

/// Films and what was made of them.
struct BothKinds {
  FilmSet real, released;

  BothKinds(const FilmSettings& data, const std::vector<std::string>& films, const Releaser& releaser)
      : real(data.images, films, data.options()), released(releaser.release(real)) {}
  const FilmSet& of(FilmKind kind) const { return kind == FilmKind::real ? real : released; }
};

/// Patients whom attackers are asked about.
struct Side {
  IdentityTest test;
  BothKinds films;
};

/// What an attacker makes of films of both kinds, each looked at when it is first asked for.
class SeenFilms {
 public:
  SeenFilms(Attacker& attacker, const BothKinds& films) : attacker_(attacker), films_(films) {}
  const Attacker::Views& of(FilmKind kind) {
    auto& seen = seen_[kind];
    if (!seen) seen = attacker_.look(films_.of(kind), kind);
    return *seen;
  }

 private:
  Attacker& attacker_;
  const BothKinds& films_;
  std::map<FilmKind, std::unique_ptr<Attacker::Views>> seen_;
};

}  // namespace scrim
