// The films of an evaluation's patients, real and released, and what attackers make of them.
#pragma once

#include <map>

#include "evaluation/identity/identity_test.h"
#include "evaluation/restorers/restorer.h"
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

  BothKinds(FilmSet real_films, FilmSet released_films)
      : real(std::move(real_films)), released(std::move(released_films)) {}
  BothKinds(const FilmSettings& data, const std::vector<std::string>& films, const Releaser& releaser)
      : real(data.images, films, data.options()), released(releaser.release(real)) {}
  BothKinds restored(const Restorer& restorer) const { return {real, restorer.restored(real, released)}; }
  const FilmSet& of(FilmKind kind) const { return kind == FilmKind::real ? real : released; }
};

/// Patients whom attackers are asked about, or learn from.
struct Side {
  IdentityTest test;
  BothKinds films;

  Side restored(const Restorer& restorer) const { return {test, films.restored(restorer)}; }
};

/// All that attackers see: films as they were released, or as a restorer made them of that.
struct Scene {
  Side train, test;
  std::optional<Side> valid;
  std::optional<BothKinds> cohort;  ///< strangers to the test
  /// A training film released anew for every draw, [1,S,S,1]; empty where releases do not differ. Callable from several threads.
  std::function<Tensor(std::int64_t film, std::uint64_t draw)> fresh_film;
  std::string restored_by;  ///< "inverse warp"; "" = as released
  std::string restorer_knows;

  /// An attacker's facts with what comes before it here.
  AttackerFacts facts(AttackerFacts of) const;
  /// The released films restored; those of the training only where somebody learns from them.
  Scene restored(const Restorer& restorer, const Releaser& releaser, bool learns) const;
};

/// Throws Error that lists films and patients (`patient_of(film)`) that two sides have in common, or a side and the donors
/// (null = none).
void require_apart(const Scene& scene, const DonorPool* donors, const FilmSet::Options& options,
                   const std::function<std::string(const std::string& film)>& patient_of);

/// Films of the first kind released anew: release 0 is the one that is tested.
std::function<Tensor(std::int64_t film, std::uint64_t draw)> fresh_releases(const FilmSet& real,
                                                                            const Releaser& releaser,
                                                                            const Restorer* restorer);

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
