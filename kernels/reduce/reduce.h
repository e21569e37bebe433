// Sums, means and extremes over axes.
//   sum      y = sum over the indices of the reduced axes of x;  mean = sum / number of elements summed
//   extreme  the largest (smallest) of them; NaN wins over every number; at least one element
//   argmax   y (i64) = the first index of the largest along one axis
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// A set of axes; bit a stands for axis a.
struct Axes {
  unsigned bits = 0;
  static Axes of(std::initializer_list<int> axes) {
    Axes result;
    for (int axis : axes) result.bits |= 1u << axis;
    return result;
  }
  static Axes all(const Shape& shape) { return {(1u << shape.rank()) - 1}; }
  bool has(int axis) const { return bits >> axis & 1; }
};

/// The shape of x with the reduced axes as 1 (keep) or gone.
Shape reduced_shape(const Shape& x, Axes axes, bool keep);
/// The axes along which `from` was repeated to give `to` (see binary.h), counted in `to`.
Axes broadcast_axes(const Shape& from, const Shape& to);

/// Overwrites y, whose elements are those of reduced_shape(x, axes). Sums run in double.
void sum(ConstView x, Axes axes, View y);

/// Overwrites y, as sum does. A NaN is larger than every number.
void largest(ConstView x, Axes axes, View y);
/// y has x's shape without `axis`.
void argmax(ConstView x, int axis, View y);

using Sum = void(ConstView x, Axes axes, View y);
using Largest = void(ConstView x, Axes axes, View y);
using Argmax = void(ConstView x, int axis, View y);
Sum sum_reference, sum_cuda;
Largest largest_reference, largest_cuda;
Argmax argmax_reference, argmax_cuda;

inline constexpr KernelTable<Sum> reduce_kernels{"sum", sum_reference, nullptr, cuda_cell(sum_cuda)};
inline constexpr KernelTable<Largest> largest_kernels{"largest", largest_reference, nullptr,
                                                      cuda_cell(largest_cuda)};
inline constexpr KernelTable<Argmax> argmax_kernels{"argmax", argmax_reference, nullptr,
                                                    cuda_cell(argmax_cuda)};

}  // namespace scrim::kernels
