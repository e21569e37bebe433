#include <vector>

#include "kernels/reduce/reduce.h"

namespace scrim::kernels {
namespace {

/// Calls body(value of x, index in y) for every element of x.
template <class T, class Body>
void for_each_element(ConstView x, Axes axes, Body&& body) {
  // stride[a]: how far y moves with index a of x; 0 along reduced axes
  std::int64_t stride[Shape::max_rank] = {}, index[Shape::max_rank] = {}, next = 1;
  const int rank = x.shape.rank();
  for (int axis = rank - 1; axis >= 0; --axis) {
    if (axes.has(axis)) continue;
    stride[axis] = next;
    next *= x.shape[axis];
  }
  std::int64_t at = 0;
  for (std::int64_t i = 0; i < x.shape.numel(); ++i) {
    body(x.as<T>()[i], std::size_t(at));
    for (int axis = rank - 1; axis >= 0; --axis) {
      at += stride[axis];
      if (++index[axis] < x.shape[axis]) break;
      at -= stride[axis] * x.shape[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace

void sum_reference(ConstView x, Axes axes, View y) {
  for_real_type(x.dtype, "sum", [&]<class T>(T) {
    std::vector<double> totals(std::size_t(y.shape.numel()), 0.0);
    for_each_element<T>(x, axes, [&](T value, std::size_t at) { totals[at] += value; });
    for (std::size_t i = 0; i < totals.size(); ++i) y.as<T>()[i] = T(totals[i]);
  });
}

void largest_reference(ConstView x, Axes axes, View y) {
  for_real_type(x.dtype, "largest", [&]<class T>(T) {
    std::vector<bool> seen(std::size_t(y.shape.numel()), false);
    T* out = y.as<T>();
    for_each_element<T>(x, axes, [&](T value, std::size_t at) {
      if (!seen[at] || value > out[at] || value != value) out[at] = value;
      seen[at] = true;
    });
  });
}

void argmax_reference(ConstView x, int axis, View y) {
  std::int64_t inner = 1;
  for (int i = axis + 1; i < x.shape.rank(); ++i) inner *= x.shape[i];
  const std::int64_t size = x.shape[axis], outer = x.shape.numel() / (size * inner);
  for_real_type(x.dtype, "argmax", [&]<class T>(T) {
    for (std::int64_t o = 0; o < outer; ++o)
      for (std::int64_t i = 0; i < inner; ++i) {
        const T* line = x.as<T>() + o * size * inner + i;
        std::int64_t best = 0;
        for (std::int64_t k = 1; k < size; ++k)
          if (line[k * inner] > line[best * inner]) best = k;
        y.as<std::int64_t>()[o * inner + i] = best;
      }
  });
}

}  // namespace scrim::kernels
