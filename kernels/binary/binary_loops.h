// The loop of binary.h over a range of outputs, for any pair of shapes.
#pragma once

#include "kernels/binary/binary.h"
#include "tensor/host_device.h"

namespace scrim::kernels {

template <class T>
struct Add {
  SCRIM_HOST_DEVICE T operator()(T a, T b) const { return a + b; }
};
template <class T>
struct Subtract {
  SCRIM_HOST_DEVICE T operator()(T a, T b) const { return a - b; }
};
template <class T>
struct Multiply {
  SCRIM_HOST_DEVICE T operator()(T a, T b) const { return a * b; }
};
template <class T>
struct Divide {
  SCRIM_HOST_DEVICE T operator()(T a, T b) const { return a / b; }
};
template <class T>
struct Maximum {
  SCRIM_HOST_DEVICE T operator()(T a, T b) const { return a > b || a != a ? a : b; }
};
template <class T>
struct Preference {
  SCRIM_HOST_DEVICE T operator()(T a, T b) const { return a > b ? T(1) : a == b ? T(0.5) : T(0); }
};
template <class T>
struct Equal {
  SCRIM_HOST_DEVICE T operator()(T a, T b) const { return a == b ? T(1) : T(0); }
};

/// Calls body(op) with the struct of `function`.
template <class T, class Body>
void with_operator(BinaryFunction function, Body&& body) {
  switch (function) {
    case BinaryFunction::add:
      return body(Add<T>{});
    case BinaryFunction::subtract:
      return body(Subtract<T>{});
    case BinaryFunction::multiply:
      return body(Multiply<T>{});
    case BinaryFunction::divide:
      return body(Divide<T>{});
    case BinaryFunction::maximum:
      return body(Maximum<T>{});
    case BinaryFunction::preference:
      return body(Preference<T>{});
    case BinaryFunction::equal:
      return body(Equal<T>{});
  }
}

/// Steps through an operand's elements as the output's rows (runs of the last axis) go by.
struct BroadcastSteps {
  std::int64_t step[Shape::max_rank] =
      {};  ///< elements from one index of the output's axis to the next; 0 = repeated

  BroadcastSteps(const Shape& operand, const Shape& out) {
    std::int64_t stride = 1;
    for (int axis = operand.rank() - 1; axis >= 0; --axis) {
      step[axis + out.rank() - operand.rank()] = operand[axis] == 1 ? 0 : stride;
      stride *= operand[axis];
    }
  }
  std::int64_t row_offset(std::int64_t row, const Shape& out) const {
    std::int64_t offset = 0;
    for (int axis = out.rank() - 2; axis >= 0; --axis) {
      offset += row % out[axis] * step[axis];
      row /= out[axis];
    }
    return offset;
  }
};

/// y = a op b over the output rows [begin, end); a row is the last axis (all of a scalar).
template <class T>
void binary_rows(BinaryFunction function, ConstView a, ConstView b, View y, std::int64_t begin,
                 std::int64_t end) {
  const Shape& shape = y.shape;
  const int last = shape.rank() - 1;
  const std::int64_t width = last < 0 ? 1 : shape[last];
  const BroadcastSteps in_a(a.shape, shape), in_b(b.shape, shape);
  const std::int64_t step_a = last < 0 ? 0 : in_a.step[last], step_b = last < 0 ? 0 : in_b.step[last];
  with_operator<T>(function, [&](auto op) {
    for (std::int64_t row = begin; row < end; ++row) {
      const T* left = a.as<T>() + in_a.row_offset(row, shape);
      const T* right = b.as<T>() + in_b.row_offset(row, shape);
      T* out = y.as<T>() + row * width;
      for (std::int64_t i = 0; i < width; ++i) out[i] = op(left[i * step_a], right[i * step_b]);
    }
  });
}

/// y = a op b over [begin, end) of equally shaped tensors.
template <class T>
void binary_flat(BinaryFunction function, const T* a, const T* b, T* y, std::int64_t begin,
                 std::int64_t end) {
  with_operator<T>(function, [&](auto op) {
    for (std::int64_t i = begin; i < end; ++i) y[i] = op(a[i], b[i]);
  });
}

}  // namespace scrim::kernels
