#include "kernels/binary/binary.h"

#include <algorithm>

namespace scrim::kernels {

std::string_view name_of(BinaryFunction function) {
  switch (function) {
    case BinaryFunction::add:
      return "add";
    case BinaryFunction::subtract:
      return "subtract";
    case BinaryFunction::multiply:
      return "multiply";
    case BinaryFunction::divide:
      return "divide";
    case BinaryFunction::maximum:
      return "maximum";
    case BinaryFunction::preference:
      return "preference";
    case BinaryFunction::equal:
      return "equal";
  }
  return "?";
}

Shape broadcast_shape(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape result;
  for (int axis = 0; axis < rank; ++axis) {
    const int in_a = axis - (rank - a.rank()), in_b = axis - (rank - b.rank());
    const std::int64_t size_a = in_a < 0 ? 1 : a[in_a], size_b = in_b < 0 ? 1 : b[in_b];
    require(size_a == size_b || size_a == 1 || size_b == 1, "broadcast", "{} and {} do not fit together",
            a.str(), b.str());
    result.append(size_a == 1 ? size_b : size_a);
  }
  return result;
}

void binary(BinaryFunction function, ConstView a, ConstView b, View y) {
  require_same_type(name_of(function), a, y);
  require_same_type(name_of(function), b, y);
  require_shape(name_of(function), "y", y, broadcast_shape(a.shape, b.shape));
  dispatch(binary_kernels, y, function, a, b, y);
}

}  // namespace scrim::kernels
