#include "kernels/concat/concat.h"

namespace scrim::kernels {
namespace {

/// A tensor as runs along the joined axis: `count` runs of `run` bytes.
struct Runs {
  std::int64_t count, run;
};

Runs runs_of(const ConstView& view, int axis) {
  std::int64_t count = 1, inner = std::int64_t(size_of(view.dtype));
  for (int i = 0; i < axis; ++i) count *= view.shape[i];
  for (int i = axis; i < view.shape.rank(); ++i) inner *= view.shape[i];
  return {count, inner};
}

}  // namespace

Shape concat_shape(const std::vector<Shape>& parts, int axis) {
  require(!parts.empty(), "concat", "no tensor came");
  require(axis >= 0 && axis < parts[0].rank(), "concat", "the tensor {} has no axis {}", parts[0].str(),
          axis);
  Shape result = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) {
    Shape same = parts[i];
    require(same.rank() == result.rank(), "concat", "{} and {} differ in their number of axes", result.str(),
            same.str());
    const std::int64_t size = same[axis];
    same[axis] = result[axis];
    require(same == result, "concat", "{} and {} differ in another axis than {}", parts[0].str(),
            parts[i].str(), axis);
    result[axis] += size;
  }
  return result;
}

void concat(const std::vector<ConstView>& parts, int axis, View y) {
  std::vector<Shape> shapes;
  for (const ConstView& part : parts) {
    require_same_type("concat", part, y);
    shapes.push_back(part.shape);
  }
  require_shape("concat", "y", y, concat_shape(shapes, axis));
  const Runs out = runs_of(y, axis);
  auto* to = static_cast<std::byte*>(y.data);
  std::vector<RunCopy> copies;
  for (const ConstView& part : parts) {
    const Runs in = runs_of(part, axis);
    copies.push_back({static_cast<const std::byte*>(part.data), to, in.count, in.run, in.run, out.run});
    to += in.run;
  }
  dispatch(copy_runs_kernels, y, y.device, copies);
}

void slice(ConstView x, int axis, std::int64_t begin, View y) {
  require_same_type("slice", x, y);
  require(axis >= 0 && axis < x.shape.rank(), "slice", "x {} has no axis {}", x.shape.str(), axis);
  Shape expected = x.shape;
  expected[axis] = y.shape.rank() == x.shape.rank() ? y.shape[axis] : 0;
  require_shape("slice", "y", y, expected);
  require(begin >= 0 && begin + y.shape[axis] <= x.shape[axis], "slice", "cells {} to {} of axis {} of x {}",
          begin, begin + y.shape[axis], axis, x.shape.str());
  const Runs in = runs_of(x, axis), out = runs_of(y, axis);
  const std::int64_t cell = x.shape[axis] == 0 ? 0 : in.run / x.shape[axis];
  dispatch(copy_runs_kernels, y, y.device,
           std::vector<RunCopy>{{static_cast<const std::byte*>(x.data) + begin * cell,
                                 static_cast<std::byte*>(y.data), out.count, out.run, in.run, out.run}});
}

}  // namespace scrim::kernels
