// The warp operator: an image is looked up at its own places plus a smooth displacement.
//
//   displacement = -mu * field      field[N,H,W,2] in [-1,1], channel 0 horizontal, 1 vertical
//   corrected    grid = identity + smooth(displacement), borders replicated
//   published    grid = smooth(identity + displacement), zeros outside: pulls a frame of 4 pixels inward on
//                every image, whatever the network does; kept for comparison (Packhaeuser et al., "Deep
//                Learning-based Anonymization of Chest Radiographs: A Utility-preserving Measure for Patient
//                Privacy", MICCAI 2023)
//   y = x looked up at grid: bilinear, border padding; -1 and +1 are the centers of the outer pixels
//
// smooth is a Gaussian of 9x9 cells, sigma 2 cells. Coordinates run from -1 to 1, so mu = 0.01 moves a pixel
// of a 256-pixel image by at most 1.275 pixels.
#pragma once

#include "autograd/variable.h"

namespace scrim {

enum class WarpOperator { corrected, published };

struct WarpOptions {
  double mu = 0.01;  ///< deformation degree, in the coordinates above
  WarpOperator op = WarpOperator::corrected;
};

/// identity[1,H,W,2]: every pixel's own coordinates.
Tensor identity_grid(std::int64_t height, std::int64_t width, DType dtype = DType::f32);

/// Where the warp looks relative to the identity: grid - identity, [N,H,W,2].
Variable warp_displacement(const Variable& field, const WarpOptions& options);

/// x[N,H,W,C] looked up at identity + displacement[N,h,w,2]. A displacement of another size is resized to the
/// image's (bilinear, corners aligned), so that a network's field serves an image at its native resolution.
Variable warp_by(const Variable& x, const Variable& displacement);

/// Both steps: the warped x.
Variable warp(const Variable& x, const Variable& field, const WarpOptions& options);

/// The longest displacement, in pixels of a height x width image.
double largest_displacement(const Tensor& displacement, std::int64_t height, std::int64_t width);

/// From a configuration: op is "corrected" or "published". Throws UsageError for another one.
WarpOptions warp_options(double mu, const std::string& op);

}  // namespace scrim
