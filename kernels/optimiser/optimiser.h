// The update rules of the optimisers, in place over one parameter. t counts steps from 1.
//
// Adam (Kingma and Ba, "Adam", 2015, algorithm 1) and AdamW (Loshchilov and Hutter, "Decoupled Weight Decay",
// 2019):
//   p *= 1 - lr * decay                          decay: AdamW's weight decay
//   g += l2 * p                                  l2: Adam's weight decay, as PyTorch has it
//   m = b1 m + (1-b1) g,  v = b2 v + (1-b2) g^2
//   p -= lr * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
//
// SGD with momentum as PyTorch has it (Sutskever et al., 2013, for the Nesterov form):
//   g += l2 * p;  b = t == 1 ? g : momentum b + g;  p -= lr * (nesterov ? g + momentum b : b)
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

struct AdamOptions {
  double learning_rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double l2 = 0, decay = 0;
};

struct SgdOptions {
  double learning_rate = 1e-2, momentum = 0, l2 = 0;
  bool nesterov = false;
};

// `factor` (f32, one element, where the parameter lies) is what the gradient is multiplied by first: the inverse of a loss
// scale. 0 leaves everything as it is. An empty one counts as 1.

/// Updates parameter, mean and square from gradient; all four have one shape.
void adam_step(const AdamOptions& options, std::int64_t t, ConstView gradient, View parameter, View mean,
               View square, ConstView factor = {});
/// Updates parameter and, with momentum, buffer.
void sgd_step(const SgdOptions& options, std::int64_t t, ConstView gradient, View parameter, View buffer,
              ConstView factor = {});

using AdamStep = void(const AdamOptions&, std::int64_t t, ConstView gradient, View parameter, View mean,
                      View square, ConstView factor);
using SgdStep = void(const SgdOptions&, std::int64_t t, ConstView gradient, View parameter, View buffer,
                     ConstView factor);
AdamStep adam_step_reference, adam_step_cpu, adam_step_cuda;
SgdStep sgd_step_reference, sgd_step_cuda;

inline constexpr KernelTable<AdamStep> optimiser_adam_kernels{"adam", adam_step_reference, adam_step_cpu,
                                                              cuda_cell(adam_step_cuda)};
inline constexpr KernelTable<SgdStep> optimiser_sgd_kernels{"sgd", sgd_step_reference, nullptr,
                                                            cuda_cell(sgd_step_cuda)};

}  // namespace scrim::kernels
