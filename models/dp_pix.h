// DP-Pix (Fan, "Image Pixelization with Differential Privacy", DBSec 2018): cells of b x b pixels become
// their mean plus Laplace noise. No network; a baseline that needs no training.
#pragma once

#include "tensor/random.h"
#include "tensor/tensor.h"

namespace scrim {

struct DpPixOptions {
  std::int64_t cell = 8;  ///< b: side of a cell, pixels; the last cells of a row or column may be smaller
  double pixels = 16;     ///< m: how many pixels two neighboring films may differ in
  double epsilon = 0.5;   ///< privacy budget of one film, > 0
};

/// x[N,H,W,C] in [0,1] (f32) with every cell at clamp(mean + Laplace(0, m / (a * epsilon)), 0, 1), a = its pixels: b * b,
/// or fewer at the border. The noise is `random`'s, one draw a cell in row-major order.
Tensor dp_pix(const Tensor& x, const DpPixOptions& options, const Random& random);

}  // namespace scrim
