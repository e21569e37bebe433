// The reference loops, shared out among the threads.
#include "kernels/unary/unary_formulas.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {
constexpr std::int64_t elements_per_task = 8192;
}

void unary_forward_cpu(UnaryFunction function, ConstView x, View y, UnaryParameters parameters) {
  const float* in = x.as<float>();
  float* out = y.as<float>();
  parallel_for(x.shape.numel(), elements_per_task, [&](std::int64_t begin, std::int64_t end) {
    unary_forward_range(function, parameters, in, out, begin, end);
  });
}

void unary_backward_cpu(UnaryFunction function, ConstView kept, ConstView gy, View gx,
                        UnaryParameters parameters) {
  const float *values = kept.as<float>(), *upstream = gy.as<float>();
  float* out = gx.as<float>();
  parallel_for(kept.shape.numel(), elements_per_task, [&](std::int64_t begin, std::int64_t end) {
    unary_backward_range(function, parameters, values, upstream, out, begin, end);
  });
}

}  // namespace scrim::kernels
