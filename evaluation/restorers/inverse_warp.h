// An attacker who holds the network of a method that moves pixels undoes the warp.
//
//   released  y(p) = x(p + d(p)), d = the displacement that the network draws looking at x
//   restored  x(q) = y(q + v(q)) with v(q) = -d(q + v(q)), found by fixed point (Chen et al., "A simple fixed-point approach to
//             invert a deformation field", Medical Physics 2008); d from the x found last, at first from y itself
#pragma once

#include "evaluation/restorers/restorer.h"
#include "methods/releaser.h"

namespace scrim {

class InverseWarp : public Restorer {
 public:
  static constexpr int rounds = 5, fixed_point_steps = 20;

  /// `releaser`, of a method whose moves_pixels(), is used as long as this lives.
  explicit InverseWarp(Releaser& releaser) : releaser_(releaser) {}

  std::string name() const override { return "inverse warp"; }
  std::string knows() const override {
    return "the method's network, which draws the warp, and masks of the organs that it keeps";
  }
  FilmSet restored(const FilmSet& real, const FilmSet& released, std::uint64_t draw) const override;

 private:
  Releaser& releaser_;
};

/// The displacement v[1,H,W,2] that undoes d[1,H,W,2]: v(q) = -d(q + v(q)). Both from -1 to 1 over the film, as in
/// models/warp.h. It exists where d stretches by less than its own length.
Tensor inverse_displacement(const Tensor& d, int steps);

}  // namespace scrim
