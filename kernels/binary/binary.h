// Elementwise arithmetic of two tensors with broadcasting: shapes are aligned at the last axis, an axis of
// size 1 (or a missing one) is repeated. y[i] = a[i] op b[i], op one of + - * /, or
//   maximum     the larger; NaN wins over every number
//   preference  1 where a > b, 1/2 where a = b, else 0: the gradient of maximum, whose ties share it
//   equal       1 where a = b, else 0
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

enum class BinaryFunction { add, subtract, multiply, divide, maximum, preference, equal };
std::string_view name_of(BinaryFunction function);

/// The common shape. Throws Error when the shapes cannot be broadcast together.
Shape broadcast_shape(const Shape& a, const Shape& b);

/// Overwrites y, which has the common shape; y may be a or b when it has that one's shape.
void binary(BinaryFunction function, ConstView a, ConstView b, View y);
inline void add(ConstView a, ConstView b, View y) {
  binary(BinaryFunction::add, a, b, y);
}
inline void subtract(ConstView a, ConstView b, View y) {
  binary(BinaryFunction::subtract, a, b, y);
}
inline void multiply(ConstView a, ConstView b, View y) {
  binary(BinaryFunction::multiply, a, b, y);
}
inline void divide(ConstView a, ConstView b, View y) {
  binary(BinaryFunction::divide, a, b, y);
}

using Binary = void(BinaryFunction, ConstView a, ConstView b, View y);
Binary binary_reference, binary_cpu, binary_cuda;

inline constexpr KernelTable<Binary> binary_kernels{"binary", binary_reference, binary_cpu,
                                                    cuda_cell(binary_cuda)};

}  // namespace scrim::kernels
