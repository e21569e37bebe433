// Sums and means over axes.
//   y = sum over the indices of the reduced axes of x;  mean = sum / number of elements summed.
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

using Sum = void(ConstView x, Axes axes, View y);
Sum sum_reference;

inline constexpr KernelTable<Sum> reduce_kernels{"sum", sum_reference, nullptr, nullptr};

}  // namespace scrim::kernels
