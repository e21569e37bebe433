// An attacker who holds several releases of a film averages them: noise that is drawn anew goes away.
#pragma once

#include "evaluation/restorers/restorer.h"
#include "methods/releaser.h"

namespace scrim {

class Averaging : public Restorer {
 public:
  /// releases: of each film, at least 1. `releaser` is used as long as this lives.
  Averaging(const Releaser& releaser, std::int64_t releases);

  std::string name() const override { return "averaging"; }
  std::string knows() const override;
  FilmSet restored(const FilmSet& real, const FilmSet& released, std::uint64_t draw) const override;

 private:
  const Releaser& releaser_;
  std::int64_t releases_;
};

}  // namespace scrim
