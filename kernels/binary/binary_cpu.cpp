// The reference loops, shared out among the threads; equal shapes run as one row.
#include <algorithm>

#include "kernels/binary/binary_loops.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {
constexpr std::int64_t elements_per_task = 16384;
}

namespace {

/// Trailing axes that neither operand repeats, joined into one: a row is then as long as it can be.
struct Joined {
  ConstView a, b;
  View y;
};

Joined join_trailing_axes(ConstView a, ConstView b, View y) {
  const int rank = y.shape.rank();
  const auto size_at = [&](const Shape& s, int axis) {
    const int own = axis - (rank - s.rank());
    return own < 0 ? 1 : s[own];
  };
  int joined = rank;
  while (joined > 0 && size_at(a.shape, joined - 1) == y.shape[joined - 1] &&
         size_at(b.shape, joined - 1) == y.shape[joined - 1])
    --joined;
  if (joined == rank) return {a, b, y};  // the last axis itself is repeated in one of them
  const auto reshaped = [&](const Shape& s) {
    Shape shape;
    std::int64_t width = 1;
    for (int axis = 0; axis < joined; ++axis) shape.append(size_at(s, axis));
    for (int axis = joined; axis < rank; ++axis) width *= y.shape[axis];
    shape.append(width);
    return shape;
  };
  a.shape = reshaped(a.shape);
  b.shape = reshaped(b.shape);
  y.shape = reshaped(y.shape);
  return {a, b, y};
}

}  // namespace

void binary_cpu(BinaryFunction function, ConstView a_view, ConstView b_view, View y_view) {
  if (a_view.shape == b_view.shape) {
    const float *left = a_view.as<float>(), *right = b_view.as<float>();
    float* out = y_view.as<float>();
    parallel_for(y_view.shape.numel(), elements_per_task, [&](std::int64_t begin, std::int64_t end) {
      binary_flat(function, left, right, out, begin, end);
    });
    return;
  }
  const auto [a, b, y] = join_trailing_axes(a_view, b_view, y_view);
  const std::int64_t width = y.shape.rank() == 0 ? 1 : y.shape[y.shape.rank() - 1];
  if (width == 0) return;
  parallel_for(y.shape.numel() / width, std::max<std::int64_t>(1, elements_per_task / width),
               [&, a = a, b = b, y = y](std::int64_t begin, std::int64_t end) {
                 binary_rows<float>(function, a, b, y, begin, end);
               });
}

}  // namespace scrim::kernels
