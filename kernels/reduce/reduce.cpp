#include "kernels/reduce/reduce.h"

namespace scrim::kernels {

Shape reduced_shape(const Shape& x, Axes axes, bool keep) {
  Shape result;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (!axes.has(axis))
      result.append(x[axis]);
    else if (keep)
      result.append(1);
  }
  return result;
}

Axes broadcast_axes(const Shape& from, const Shape& to) {
  Axes result;
  const int missing = to.rank() - from.rank();
  for (int axis = 0; axis < to.rank(); ++axis)
    if (axis < missing || (from[axis - missing] == 1 && to[axis] != 1)) result.bits |= 1u << axis;
  return result;
}

void sum(ConstView x, Axes axes, View y) {
  require_same_type("sum", x, y);
  require(axes.bits >> x.shape.rank() == 0, "sum", "x {} has fewer axes than the highest to sum over",
          x.shape.str());
  require(y.shape.numel() == reduced_shape(x.shape, axes, false).numel(), "sum",
          "y has the shape {}, expected {}", y.shape.str(), reduced_shape(x.shape, axes, false).str());
  dispatch(reduce_kernels, y, x, axes, y);
}

}  // namespace scrim::kernels
