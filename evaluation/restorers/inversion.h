// An attacker who holds the method's network looks for the film x whose release comes closest to the one he sees:
// min |A(x) - y|^2 from x = y by gradient descent (Adam) on the pixels, at the size of the film set.
#pragma once

#include "evaluation/restorers/restorer.h"
#include "methods/releaser.h"

namespace scrim {

class Inversion : public Restorer {
 public:
  /// learning_rate: gray values. `releaser`, of a method with a network, is used as long as this lives.
  Inversion(Releaser& releaser, std::int64_t steps, double learning_rate);

  std::string name() const override { return "inversion"; }
  std::string knows() const override;
  FilmSet restored(const FilmSet& real, const FilmSet& released, std::uint64_t draw) const override;

 private:
  Releaser& releaser_;
  std::int64_t steps_;
  double learning_rate_;
};

}  // namespace scrim
