// Thin-plate splines with their gradients; formulas in kernels/thin_plate/thin_plate.h.
#pragma once

#include "autograd/variable.h"
#include "kernels/thin_plate/thin_plate.h"

namespace scrim {

struct ThinPlateOptions {
  std::int64_t height, width;  ///< of the grid
  double stiffness = 0;        ///< 0 = through all points
};

/// The grid [N,height,width,2] for grid_sample that looks up from[N,K,2] at to[N,K,2]: what is at `to` comes to `from`.
Variable thin_plate(const Variable& from, const Variable& to, const ThinPlateOptions& options);

}  // namespace scrim
