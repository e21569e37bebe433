#include "kernels/binary/binary_loops.h"
#include "kernels/cuda/strided.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

template <class T, class Op>
struct BinaryFlatKernel {
  Op op;  ///< of Wide<T>
  const T *a, *b;
  T* y;
  __device__ void operator()(std::int64_t i) const { y[i] = T(op(a[i], b[i])); }
};

template <class T, class Op>
struct BinaryBroadcastKernel {
  Op op;
  const T *a, *b;
  T* y;
  Strided in_a, in_b;
  __device__ void operator()(std::int64_t i) const { y[i] = T(op(a[in_a.offset(i)], b[in_b.offset(i)])); }
};

/// Where the operand's element for each output stands.
Strided elements_of(const Shape& operand, const Shape& out) {
  const BroadcastSteps steps(operand, out);
  Strided result;
  for (int axis = 0; axis < out.rank(); ++axis) result.append(out[axis], steps.step[axis]);
  return result;
}

}  // namespace

void binary_cuda(BinaryFunction function, ConstView a, ConstView b, View y) {
  const Strided in_a = elements_of(a.shape, y.shape), in_b = elements_of(b.shape, y.shape);
  for_floating_type(y.dtype, name_of(function), [&]<class T>(T) {
    with_operator<Wide<T>>(function, [&]<class Op>(Op op) {
      const T *left = a.on_device<T>(), *right = b.on_device<T>();
      if (in_a.is_flat() && in_b.is_flat())
        cuda::for_each_element(y.device, y.shape.numel(),
                               BinaryFlatKernel<T, Op>{op, left, right, y.on_device<T>()});
      else
        cuda::for_each_element(y.device, y.shape.numel(),
                               BinaryBroadcastKernel<T, Op>{op, left, right, y.on_device<T>(), in_a, in_b});
    });
  });
}

}  // namespace scrim::kernels
