#include "kernels/binary/binary_loops.h"
#include "kernels/cuda/strided.h"
#include "kernels/dropout/dropout.h"
#include "tensor/cuda/capture.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

template <class T>
struct DropoutKernel {
  const T* x;
  const bool* keep;
  T* y;
  T scale;
  Strided in_keep;
  __device__ void operator()(std::int64_t i) const { y[i] = keep[in_keep.offset(i)] ? x[i] * scale : T(0); }
};

struct DropoutMaskKernel {
  Random random;
  double p;
  bool* keep;
  __device__ void operator()(std::int64_t i) const { keep[i] = random.uniform_at(std::uint64_t(i)) >= p; }
};

}  // namespace

void dropout_cuda(ConstView x, ConstView keep, double p, View y) {
  const BroadcastSteps steps(keep.shape, x.shape);
  Strided in_keep;
  for (int axis = 0; axis < x.shape.rank(); ++axis) in_keep.append(x.shape[axis], steps.step[axis]);
  for_real_type(x.dtype, "dropout", [&]<class T>(T) {
    cuda::for_each_element(y.device, y.shape.numel(),
                           DropoutKernel<T>{x.on_device<T>(), keep.on_device<bool>(), y.on_device<T>(),
                                            T(1 / (1 - p)), in_keep});
  });
}

void dropout_mask_cuda(const Random& random, double p, View mask) {
  cuda::require_no_capture("draws random numbers");
  cuda::for_each_element(mask.device, mask.shape.numel(),
                         DropoutMaskKernel{random, p, mask.on_device<bool>()});
}

}  // namespace scrim::kernels
