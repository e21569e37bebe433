#include "kernels/relu/relu.h"
#include "kernels/vector/vector_kernels.h"
#include "tensor/parallel.h"

namespace scrim::kernels {

void relu_forward_cpu(ConstView x, View y) {
  const float* in = x.as<float>();
  float* out = y.as<float>();
  parallel_for(x.shape.numel(), vector::elements_per_task, [&](std::int64_t begin, std::int64_t end) {
    vector::kernels().relu(in + begin, out + begin, end - begin);
  });
}

void relu_backward_cpu(ConstView y, ConstView gy, View gx) {
  const float* result = y.as<float>();
  const float* upstream = gy.as<float>();
  float* out = gx.as<float>();
  parallel_for(y.shape.numel(), vector::elements_per_task, [&](std::int64_t begin, std::int64_t end) {
    vector::kernels().relu_backward(result + begin, upstream + begin, out + begin, end - begin);
  });
}

}  // namespace scrim::kernels
