#include "kernels/conv2d/conv2d.h"
#include "kernels/reduce/reduce.h"

namespace scrim::kernels {

void conv2d_backward_bias_cuda(ConstView gy, View gb) {
  sum(gy, Axes::of({0, 1, 2}), gb);
}

}  // namespace scrim::kernels
