#include "kernels/permute/permute.h"

namespace scrim::kernels {
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

std::vector<std::int64_t> permuted_steps(const Shape& x, const std::vector<int>& order) {
  std::vector<std::int64_t> stride(order.size()), steps(order.size());
  std::int64_t next = 1;
  for (int axis = x.rank() - 1; axis >= 0; --axis) {
    stride[std::size_t(axis)] = next;
    next *= x[axis];
  }
  for (std::size_t axis = 0; axis < order.size(); ++axis) steps[axis] = stride[std::size_t(order[axis])];
  return steps;
}

void permute(ConstView x, const std::vector<int>& order, View y) {
  require_same_type("permute", x, y);
  require_shape("permute", "y", y, permuted_shape(x.shape, order));
  if (y.shape.numel() > 0) dispatch(permute_kernels, y, x, order, y);
}

}  // namespace scrim::kernels
