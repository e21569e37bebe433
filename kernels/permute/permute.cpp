// Copies of elements: one code for every type of a size, and no table, since there is nothing to compute.
#include "kernels/permute/permute.h"

#include <algorithm>

#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {

template <class T>
void copy(ConstView x, const std::vector<int>& order, View y) {
  const int rank = y.shape.rank();
  std::int64_t x_stride[Shape::max_rank], step[Shape::max_rank], next = 1;
  for (int axis = rank - 1; axis >= 0; --axis) {
    x_stride[axis] = next;
    next *= x.shape[axis];
  }
  for (int axis = 0; axis < rank; ++axis) step[axis] = x_stride[order[std::size_t(axis)]];
  const T* from = static_cast<const T*>(x.data);
  T* to = static_cast<T*>(y.data);
  if (rank == 0) {
    *to = *from;
    return;
  }
  const std::int64_t width = y.shape[rank - 1], last = step[rank - 1];
  if (y.shape.numel() == 0) return;
  parallel_for(y.shape.numel() / width, std::max<std::int64_t>(1, 16384 / width),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = begin; row < end; ++row) {
                   std::int64_t offset = 0, rest = row;
                   for (int axis = rank - 2; axis >= 0; --axis) {
                     offset += rest % y.shape[axis] * step[axis];
                     rest /= y.shape[axis];
                   }
                   for (std::int64_t i = 0; i < width; ++i) to[row * width + i] = from[offset + i * last];
                 }
               });
}

}  // namespace

std::vector<int> inverse_order(const std::vector<int>& order) {
  std::vector<int> inverse(order.size(), -1);
  for (std::size_t i = 0; i < order.size(); ++i) {
    require(order[i] >= 0 && std::size_t(order[i]) < order.size() && inverse[std::size_t(order[i])] < 0,
            "permute", "the order names axis {}, expected each of 0 to {} once", order[i], order.size() - 1);
    inverse[std::size_t(order[i])] = int(i);
  }
  return inverse;
}

Shape permuted_shape(const Shape& x, const std::vector<int>& order) {
  require(std::size_t(x.rank()) == order.size(), "permute", "x {} came with an order of {} axes", x.str(),
          order.size());
  inverse_order(order);  // checks it
  Shape result;
  for (int axis : order) result.append(x[axis]);
  return result;
}

void permute(ConstView x, const std::vector<int>& order, View y) {
  require_same_type("permute", x, y);
  require_shape("permute", "y", y, permuted_shape(x.shape, order));
  switch (size_of(x.dtype)) {
    case 1:
      return copy<std::uint8_t>(x, order, y);
    case 4:
      return copy<std::uint32_t>(x, order, y);
    default:
      return copy<std::uint64_t>(x, order, y);
  }
}

}  // namespace scrim::kernels
