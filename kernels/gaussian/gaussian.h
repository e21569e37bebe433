// Depthwise Gaussian smoothing of x[N,H,W,C]: every channel by itself, separable.
//
//   y[h,w] = sum_i g[i] * (sum_j g[j] * x[h + i - r, w + j - r]),   r = (size - 1) / 2
//   g[i] = exp(-(i - r)^2 / (2 sigma^2)) / sum;  the window is square with an odd side.
//
//   BorderMode::zeros       cells outside count as zero (the published warp; pulls values down at the border)
//   BorderMode::replicate   cells outside repeat the nearest cell (a constant stays a constant)
#pragma once

#include <vector>

#include "kernels/dispatch.h"

namespace scrim::kernels {

enum class BorderMode { zeros, replicate };

struct GaussianOptions {
  std::int64_t size = 9;  ///< side of the window in pixels, odd
  double sigma = 2;       ///< pixels
  BorderMode border = BorderMode::zeros;
};

/// The `size` weights of the window along one axis; their sum is 1.
std::vector<double> gaussian_window(const GaussianOptions& options);

/// Overwrites y, of the shape of x; y may not be x.
void gaussian_forward(ConstView x, View y, const GaussianOptions& options);
/// The adjoint: gx from gy.
void gaussian_backward(ConstView gy, View gx, const GaussianOptions& options);

using Gaussian = void(ConstView in, View out, const GaussianOptions&);
Gaussian gaussian_forward_reference, gaussian_backward_reference, gaussian_forward_cuda,
    gaussian_backward_cuda;

inline constexpr KernelTable<Gaussian> gaussian_forward_kernels{"gaussian", gaussian_forward_reference,
                                                                nullptr, cuda_cell(gaussian_forward_cuda)};
inline constexpr KernelTable<Gaussian> gaussian_backward_kernels{
    "gaussian backward", gaussian_backward_reference, nullptr, cuda_cell(gaussian_backward_cuda)};

}  // namespace scrim::kernels
