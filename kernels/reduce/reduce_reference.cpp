#include <vector>

#include "kernels/reduce/reduce.h"

namespace scrim::kernels {

void sum_reference(ConstView x, Axes axes, View y) {
  for_real_type(x.dtype, "sum", [&]<class T>(T) {
    // stride[a]: how far y moves with index a of x; 0 along reduced axes
    std::int64_t stride[Shape::max_rank] = {}, index[Shape::max_rank] = {}, next = 1;
    const int rank = x.shape.rank();
    for (int axis = rank - 1; axis >= 0; --axis) {
      if (axes.has(axis)) continue;
      stride[axis] = next;
      next *= x.shape[axis];
    }
    std::vector<double> totals(std::size_t(y.shape.numel()), 0.0);
    std::int64_t at = 0;
    for (std::int64_t i = 0; i < x.shape.numel(); ++i) {
      totals[std::size_t(at)] += x.as<T>()[i];
      for (int axis = rank - 1; axis >= 0; --axis) {
        at += stride[axis];
        if (++index[axis] < x.shape[axis]) break;
        at -= stride[axis] * x.shape[axis];
        index[axis] = 0;
      }
    }
    for (std::size_t i = 0; i < totals.size(); ++i) y.as<T>()[i] = T(totals[i]);
  });
}

}  // namespace scrim::kernels
