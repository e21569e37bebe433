// Every kernel table of the project, for listings and audits.
#include "kernels/kernel_list.h"

#include "kernels/batch_norm/batch_norm.h"
#include "kernels/binary/binary.h"
#include "kernels/concat/concat.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/dropout/dropout.h"
#include "kernels/finite/finite.h"
#include "kernels/gaussian/gaussian.h"
#include "kernels/grid_sample/grid_sample.h"
#include "kernels/instance_norm/instance_norm.h"
#include "kernels/loss/loss.h"
#include "kernels/matmul/matmul.h"
#include "kernels/optimizer/optimizer.h"
#include "kernels/pad/pad.h"
#include "kernels/permute/permute.h"
#include "kernels/pool/pool.h"
#include "kernels/reduce/reduce.h"
#include "kernels/relu/relu.h"
#include "kernels/resize/resize.h"
#include "kernels/roi_align/roi_align.h"
#include "kernels/softmax/softmax.h"
#include "kernels/sparse_product/sparse_product.h"
#include "kernels/step_control/step_control.h"
#include "kernels/thin_plate/thin_plate.h"
#include "kernels/top_k/top_k.h"
#include "kernels/unary/unary.h"
#include "kernels/vector/vector_kernels.h"

namespace scrim::kernels {
namespace {

template <class Fn>
KernelChoice line(const KernelTable<Fn>& table) {
  const bool is_fast = table.cpu && !reference_kernels_in_use();
  return {table.op, is_fast ? vector::kernels().level : "reference", table.cuda ? "cuda" : ""};
}

}  // namespace

std::vector<KernelChoice> kernel_choices() {
  return {
      line(batch_norm_statistics_kernels),
      line(batch_norm_finish_kernels),
      line(batch_norm_apply_kernels),
      line(batch_norm_backward_kernels),
      line(binary_kernels),
      line(copy_runs_kernels),
      line(conv2d_forward_kernels),
      line(conv2d_input_kernels),
      line(conv2d_weight_kernels),
      line(conv2d_bias_kernels),
      line(dropout_mask_kernels),
      line(dropout_kernels),
      line(all_finite_kernels),
      line(gaussian_forward_kernels),
      line(gaussian_backward_kernels),
      line(grid_sample_forward_kernels),
      line(grid_sample_backward_kernels),
      line(instance_norm_forward_kernels),
      line(instance_norm_backward_kernels),
      line(loss_forward_kernels),
      line(loss_backward_kernels),
      line(matmul_kernels),
      line(optimizer_clock_kernels),
      line(optimizer_adam_kernels),
      line(optimizer_sgd_kernels),
      line(pad_forward_kernels),
      line(pad_backward_kernels),
      line(permute_kernels),
      line(pool_max_forward_kernels),
      line(pool_max_backward_kernels),
      line(pool_avg_forward_kernels),
      line(pool_avg_backward_kernels),
      line(pool_adaptive_forward_kernels),
      line(pool_adaptive_backward_kernels),
      line(reduce_kernels),
      line(largest_kernels),
      line(argmax_kernels),
      line(relu_forward_kernels),
      line(relu_backward_kernels),
      line(resize_forward_kernels),
      line(resize_backward_kernels),
      line(roi_align_forward_kernels),
      line(roi_align_backward_kernels),
      line(softmax_forward_kernels),
      line(softmax_backward_kernels),
      line(sparse_product_kernels),
      line(thin_plate_solve_kernels),
      line(thin_plate_solve_backward_kernels),
      line(thin_plate_grid_forward_kernels),
      line(thin_plate_grid_backward_kernels),
      line(top_k_kernels),
      line(gather_kernels),
      line(scatter_kernels),
      line(scatter_add_kernels),
      line(step_control_kernels),
      line(unary_forward_kernels),
      line(unary_backward_kernels),
  };
}

}  // namespace scrim::kernels
