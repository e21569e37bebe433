#include "kernels/top_k/top_k.h"

#include "kernels/axis_lines.h"

namespace scrim::kernels {
namespace {

void require_axis_apart(std::string_view op, const ConstView& whole, const ConstView& part, int axis) {
  AxisLines(op, whole.shape, axis);  // checks the axis
  Shape expected = whole.shape;
  expected[axis] = part.shape.rank() == whole.shape.rank() ? part.shape[axis] : 0;
  require_shape(op, "the part", part, expected);
}

void require_indices(std::string_view op, const ConstView& index, std::int64_t size) {
  require(index.dtype == DType::i64, op, "the indices hold {}, expected i64", name_of(index.dtype));
  if (index.device.is_cuda()) return;  // the kernel looks at them, and complains
  const std::int64_t* values = index.as<std::int64_t>();
  for (std::int64_t i = 0; i < index.shape.numel(); ++i)
    if (values[i] < 0 || values[i] >= size) [[unlikely]]
      fail(op, "the index {} came, expected 0 to {}", values[i], size - 1);
}

}  // namespace

void top_k(ConstView x, int axis, View values, View indices) {
  require_same_type("top_k", x, values);
  require_axis_apart("top_k", x, values, axis);
  require_shape("top_k", "indices", indices, values.shape);
  require(indices.dtype == DType::i64, "top_k", "indices hold {}, expected i64", name_of(indices.dtype));
  require(values.shape[axis] >= 1 && values.shape[axis] <= x.shape[axis], "top_k",
          "k is {}, expected 1 to {}, the size of axis {} of x {}", values.shape[axis], x.shape[axis], axis,
          x.shape.str());
  dispatch(top_k_kernels, values, x, axis, values, indices);
}

void gather(ConstView x, ConstView index, View y, int axis) {
  require_same_type("gather", x, y);
  require_axis_apart("gather", x, index, axis);
  require_shape("gather", "y", y, index.shape);
  require_indices("gather", index, x.shape[axis]);
  dispatch(gather_kernels, y, x, index, y, axis);
}

void scatter(ConstView base, ConstView index, ConstView source, View y, int axis) {
  require_same_type("scatter", base, y);
  require_same_type("scatter", source, y);
  require_axis_apart("scatter", base, index, axis);
  require_shape("scatter", "source", source, index.shape);
  require_shape("scatter", "y", y, base.shape);
  require_indices("scatter", index, base.shape[axis]);
  dispatch(scatter_kernels, y, base, index, source, y, axis);
}

void scatter_add(ConstView index, ConstView source, View y, int axis) {
  require_same_type("scatter_add", source, y);
  require_axis_apart("scatter_add", y, index, axis);
  require_shape("scatter_add", "source", source, index.shape);
  require_indices("scatter_add", index, y.shape[axis]);
  dispatch(scatter_add_kernels, y, index, source, y, axis);
}

}  // namespace scrim::kernels
