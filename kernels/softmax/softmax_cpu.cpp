// The reference loops, shared out among the threads.
#include "kernels/softmax/softmax_loops.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {
constexpr std::int64_t lines_per_task = 1024;
}

void softmax_forward_cpu(ConstView x, View y, int axis, SoftmaxResult result) {
  parallel_for(AxisLines("softmax", x.shape, axis).lines(), lines_per_task,
               [&](std::int64_t begin, std::int64_t end) {
                 softmax_forward_lines<float>(x, y, axis, result, begin, end);
               });
}

void softmax_backward_cpu(ConstView y, ConstView gy, View gx, int axis, SoftmaxResult result) {
  parallel_for(AxisLines("softmax", y.shape, axis).lines(), lines_per_task,
               [&](std::int64_t begin, std::int64_t end) {
                 softmax_backward_lines<float>(y, gy, gx, axis, result, begin, end);
               });
}

}  // namespace scrim::kernels
