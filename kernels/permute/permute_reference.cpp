// Copies of elements: one code for every type of a size.
#include <algorithm>

#include "kernels/permute/permute.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {

template <class T>
void copy(ConstView x, const std::vector<int>& order, View y) {
  const int rank = y.shape.rank();
  const auto step = permuted_steps(x.shape, order);
  const T* from = static_cast<const T*>(x.data);
  T* to = static_cast<T*>(y.data);
  if (rank == 0) {
    *to = *from;
    return;
  }
  const std::int64_t width = y.shape[rank - 1], last = step[std::size_t(rank) - 1];
  parallel_for(y.shape.numel() / width, std::max<std::int64_t>(1, 16384 / width),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = begin; row < end; ++row) {
                   std::int64_t offset = 0, rest = row;
                   for (int axis = rank - 2; axis >= 0; --axis) {
                     offset += rest % y.shape[axis] * step[std::size_t(axis)];
                     rest /= y.shape[axis];
                   }
                   for (std::int64_t i = 0; i < width; ++i) to[row * width + i] = from[offset + i * last];
                 }
               });
}

}  // namespace

void permute_reference(ConstView x, const std::vector<int>& order, View y) {
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
