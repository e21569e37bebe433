// The arithmetic of thin-plate splines for one image, for the processor and the GPU; formulas in thin_plate.h. What writes
// through pointers is static: the emulated GPU watches the copy that was compiled for it.
#pragma once

#include <cmath>

#include "kernels/thin_plate/thin_plate.h"
#include "tensor/host_device.h"

namespace scrim::kernels {

SCRIM_HOST_DEVICE inline double thin_plate_u(double dx, double dy) {
  const double r2 = dx * dx + dy * dy;
  return r2 > 0 ? r2 * std::log(r2) : 0;
}
/// The gradient of U at (dx, dy) is this times (dx, dy).
SCRIM_HOST_DEVICE inline double thin_plate_slope(double dx, double dy) {
  const double r2 = dx * dx + dy * dy;
  return r2 > 0 ? 2 * (std::log(r2) + 1) : 0;
}

/// Doubles that thin_plate_solve_one wants for K points.
constexpr std::int64_t thin_plate_scratch(std::int64_t K) {
  return (K + 3) * (K + 5);
}

/// The weights of one image by Gaussian elimination with row exchanges. False when L has no inverse.
template <class T>
SCRIM_HOST_DEVICE static bool thin_plate_solve_one(const T* points, const T* values, T* weights,
                                                   std::int64_t K, double stiffness, double* scratch) {
  const std::int64_t n = K + 3, stride = n + 2;
  const auto at = [=](std::int64_t r, std::int64_t c) -> double& { return scratch[r * stride + c]; };
  double largest = 0;
  for (std::int64_t r = 0; r < n; ++r) {
    for (std::int64_t c = 0; c < n; ++c) {
      double value = 0;
      if (r < K && c < K)
        value = thin_plate_u(double(points[2 * r]) - double(points[2 * c]),
                             double(points[2 * r + 1]) - double(points[2 * c + 1])) +
                (r == c ? stiffness : 0);
      else if (r < K || c < K) {
        const std::int64_t k = r < K ? r : c, axis = (r < K ? c : r) - K;
        value = axis == 0 ? 1 : double(points[2 * k + axis - 1]);
      }
      at(r, c) = value;
      if (std::abs(value) > largest) largest = std::abs(value);
    }
    for (std::int64_t d = 0; d < 2; ++d) at(r, n + d) = double(values[2 * r + d]);
  }
  for (std::int64_t step = 0; step < n; ++step) {
    std::int64_t pivot = step;
    for (std::int64_t r = step + 1; r < n; ++r)
      if (std::abs(at(r, step)) > std::abs(at(pivot, step))) pivot = r;
    if (!(std::abs(at(pivot, step)) > 1e-12 * largest)) return false;
    for (std::int64_t c = step; c < stride; ++c) {
      const double swapped = at(step, c);
      at(step, c) = at(pivot, c);
      at(pivot, c) = swapped;
    }
    for (std::int64_t r = step + 1; r < n; ++r) {
      const double factor = at(r, step) / at(step, step);
      for (std::int64_t c = step; c < stride; ++c) at(r, c) -= factor * at(step, c);
    }
  }
  for (std::int64_t r = n - 1; r >= 0; --r)
    for (std::int64_t d = 0; d < 2; ++d) {
      double rest = at(r, n + d);
      for (std::int64_t c = r + 1; c < n; ++c) rest -= at(r, c) * at(c, n + d);
      at(r, n + d) = rest / at(r, r);
      weights[2 * r + d] = T(at(r, n + d));
    }
  return true;
}

/// What L adds to the gradient of point k of one image: -gvalues weights^T is the gradient of L.
template <class T>
SCRIM_HOST_DEVICE static void thin_plate_solve_backward_one(const T* points, const T* weights,
                                                            const T* gvalues, T* gpoint, std::int64_t K,
                                                            std::int64_t k) {
  const auto gradient = [=](std::int64_t i, std::int64_t j) {  // of L[i][j] and L[j][i]
    double sum = 0;
    for (std::int64_t d = 0; d < 2; ++d)
      sum -= double(gvalues[2 * i + d]) * double(weights[2 * j + d]) +
             double(gvalues[2 * j + d]) * double(weights[2 * i + d]);
    return sum;
  };
  double gx = gradient(k, K + 1), gy = gradient(k, K + 2);
  for (std::int64_t j = 0; j < K; ++j) {
    if (j == k) continue;
    const double dx = double(points[2 * k]) - double(points[2 * j]),
                 dy = double(points[2 * k + 1]) - double(points[2 * j + 1]);
    const double slope = gradient(k, j) * thin_plate_slope(dx, dy);
    gx += slope * dx;
    gy += slope * dy;
  }
  gpoint[0] = T(gx);
  gpoint[1] = T(gy);
}

/// The center of a pixel, -1 to 1 over the image.
SCRIM_HOST_DEVICE inline double thin_plate_place(std::int64_t index, std::int64_t size) {
  return (2 * double(index) + 1) / double(size) - 1;
}

template <class T>
SCRIM_HOST_DEVICE static void thin_plate_grid_one(const T* points, const T* weights, std::int64_t K, double x,
                                                  double y, T* grid) {
  double sum[2];
  for (std::int64_t d = 0; d < 2; ++d)
    sum[d] =
        double(weights[2 * K + d]) + double(weights[2 * K + 2 + d]) * x + double(weights[2 * K + 4 + d]) * y;
  for (std::int64_t k = 0; k < K; ++k) {
    const double u = thin_plate_u(x - double(points[2 * k]), y - double(points[2 * k + 1]));
    for (std::int64_t d = 0; d < 2; ++d) sum[d] += double(weights[2 * k + d]) * u;
  }
  grid[0] = T(sum[0]);
  grid[1] = T(sum[1]);
}

/// The gradient of weights[k], and of points[k] for k < K: a walk over one image's pixels.
template <class T>
SCRIM_HOST_DEVICE static void thin_plate_grid_backward_one(const T* points, const T* weights, const T* ggrid,
                                                           std::int64_t height, std::int64_t width,
                                                           std::int64_t K, std::int64_t k, T* gpoint,
                                                           T* gweight) {
  double weight[2] = {0, 0}, point[2] = {0, 0};
  for (std::int64_t row = 0; row < height; ++row)
    for (std::int64_t column = 0; column < width; ++column) {
      const double x = thin_plate_place(column, width), y = thin_plate_place(row, height);
      const T* up = ggrid + 2 * (row * width + column);
      double basis = k == K ? 1 : k == K + 1 ? x : y;
      if (k < K) {
        const double dx = x - double(points[2 * k]), dy = y - double(points[2 * k + 1]);
        basis = thin_plate_u(dx, dy);
        const double slope = thin_plate_slope(dx, dy) * (double(up[0]) * double(weights[2 * k]) +
                                                         double(up[1]) * double(weights[2 * k + 1]));
        point[0] -= slope * dx;
        point[1] -= slope * dy;
      }
      weight[0] += double(up[0]) * basis;
      weight[1] += double(up[1]) * basis;
    }
  for (std::int64_t d = 0; d < 2; ++d) {
    gweight[d] = T(weight[d]);
    if (k < K) gpoint[d] = T(point[d]);
  }
}

}  // namespace scrim::kernels
