// An attacker who knows what of a release is the patient's covers the rest, so that no donor distracts what compares.
#pragma once

#include "evaluation/restorers/restorer.h"
#include "methods/releaser.h"

namespace scrim {

class GateCut : public Restorer {
 public:
  /// `releaser` is used as long as this lives; its method keeps a part of the film.
  explicit GateCut(const Releaser& releaser) : releaser_(releaser) {}

  std::string name() const override { return "gate cut out"; }
  std::string knows() const override { return "the gate of every release"; }
  FilmSet restored(const FilmSet& real, const FilmSet& released, std::uint64_t draw) const override;

 private:
  const Releaser& releaser_;
};

}  // namespace scrim
