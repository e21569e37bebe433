// Every kernel table of the project, for listings and audits.
#include "kernels/kernel_list.h"

#include "kernels/batch_norm/batch_norm.h"
#include "kernels/binary/binary.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/dropout/dropout.h"
#include "kernels/gaussian/gaussian.h"
#include "kernels/grid_sample/grid_sample.h"
#include "kernels/loss/loss.h"
#include "kernels/matmul/matmul.h"
#include "kernels/optimiser/optimiser.h"
#include "kernels/pool/pool.h"
#include "kernels/reduce/reduce.h"
#include "kernels/relu/relu.h"
#include "kernels/resize/resize.h"
#include "kernels/unary/unary.h"
#include "kernels/vector/vector_kernels.h"

namespace scrim::kernels {
namespace {

template <class Fn>
KernelChoice line(const KernelTable<Fn>& table) {
  if (reference_kernels_in_use()) return {table.op, "reference"};
  return {table.op, table.cpu ? vector::kernels().level : "reference"};
}

}  // namespace

std::vector<KernelChoice> kernel_choices() {
  return {
      line(batch_norm_statistics_kernels),
      line(batch_norm_apply_kernels),
      line(batch_norm_backward_kernels),
      line(binary_kernels),
      line(conv2d_forward_kernels),
      line(conv2d_input_kernels),
      line(conv2d_weight_kernels),
      line(conv2d_bias_kernels),
      line(dropout_kernels),
      line(gaussian_forward_kernels),
      line(gaussian_backward_kernels),
      line(grid_sample_forward_kernels),
      line(grid_sample_backward_kernels),
      line(loss_forward_kernels),
      line(loss_backward_kernels),
      line(matmul_kernels),
      line(optimiser_adam_kernels),
      line(optimiser_sgd_kernels),
      line(pool_max_forward_kernels),
      line(pool_max_backward_kernels),
      line(pool_avg_forward_kernels),
      line(pool_avg_backward_kernels),
      line(reduce_kernels),
      line(relu_forward_kernels),
      line(relu_backward_kernels),
      line(resize_forward_kernels),
      line(resize_backward_kernels),
      line(unary_forward_kernels),
      line(unary_backward_kernels),
  };
}

}  // namespace scrim::kernels
