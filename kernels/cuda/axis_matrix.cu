#include "kernels/cuda/axis_matrix.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

template <class T>
struct AxisMatrixKernel {
  const std::int64_t *begin, *column;
  const T *value, *from;
  T* to;
  std::int64_t rows, columns, inner;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t in_row = i % inner, row = i / inner % rows;
    const T* line = from + i / inner / rows * columns * inner + in_row;
    T sum = 0;
    for (std::int64_t e = begin[row]; e < begin[row + 1]; ++e) sum += value[e] * line[column[e] * inner];
    to[i] = sum;
  }
};

}  // namespace

void apply_axis_matrix(const DeviceAxisMatrix& matrix, ConstView from, void* to, std::int64_t outer,
                       std::int64_t inner) {
  const std::int64_t elements = outer * matrix.rows() * inner;
  if (elements == 0) return;
  const std::int64_t columns = from.shape.numel() / (outer * inner);
  for_real_type(from.dtype, "axis_matrix", [&]<class T>(T) {
    cuda::for_each_element(from.device, elements,
                           AxisMatrixKernel<T>{matrix.begin.view().on_device<std::int64_t>(),
                                               matrix.column.view().on_device<std::int64_t>(),
                                               matrix.value.view().on_device<T>(), from.on_device<T>(),
                                               static_cast<T*>(to), matrix.rows(), columns, inner});
  });
}

}  // namespace scrim::kernels
