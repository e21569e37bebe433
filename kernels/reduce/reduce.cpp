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

namespace {

void check(std::string_view op, ConstView x, Axes axes, View y) {
  require_wide_type(op, y, x);
  require(axes.bits >> x.shape.rank() == 0, op, "x {} has fewer axes than the highest to reduce",
          x.shape.str());
  require(y.shape.numel() == reduced_shape(x.shape, axes, false).numel(), op,
          "y has the shape {}, expected {}", y.shape.str(), reduced_shape(x.shape, axes, false).str());
}

}  // namespace

void sum(ConstView x, Axes axes, View y) {
  check("sum", x, axes, y);
  dispatch(reduce_kernels, y, x, axes, y);
}

void largest(ConstView x, Axes axes, View y) {
  check("largest", x, axes, y);
  require(x.shape.numel() > 0, "largest", "x {} is empty", x.shape.str());
  dispatch(largest_kernels, y, x, axes, y);
}

void argmax(ConstView x, int axis, View y) {
  require(axis >= 0 && axis < x.shape.rank() && x.shape[axis] > 0, "argmax", "x {} has nothing along axis {}",
          x.shape.str(), axis);
  require(y.dtype == DType::i64, "argmax", "y holds {}, expected i64", name_of(y.dtype));
  require_shape("argmax", "y", y, reduced_shape(x.shape, Axes::of({axis}), false));
  choose(argmax_kernels, x.device, x.dtype)(x, axis, y);
}

}  // namespace scrim::kernels
