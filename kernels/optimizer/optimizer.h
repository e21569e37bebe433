// The update rules of the optimizers, in place over all parameters of a network. t counts steps from 1, lr is the learning rate.
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

#include <vector>

#include "kernels/dispatch.h"

namespace scrim::kernels {

struct AdamOptions {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double l2 = 0, decay = 0;
};

struct SgdOptions {
  double momentum = 0, l2 = 0;
  bool nesterov = false;
};

/// What changes from step to step: f64[4], where the parameters lie, so that a GPU which repeats a step goes on counting.
enum ClockField { clock_steps, clock_learning_rate, clock_correction1, clock_correction2, clock_fields };

// `factor` (f32, one element, where the parameters lie) is what gradients are multiplied by first: the inverse of a loss
// scale. 0 leaves everything as it is, and the step does not count. An empty one is 1.

/// Another step: t += 1, corrections 1 - beta1^t and 1 - beta2^t.
void advance_clock(double beta1, double beta2, ConstView factor, View clock);

/// One parameter and what goes with it, all of one shape; all parameters are of one type, on one device.
struct AdamTensors {
  ConstView gradient;
  View parameter, mean, square;
};
struct SgdTensors {
  ConstView gradient;
  View parameter, buffer;  ///< no buffer without momentum
};
void adam_step(const AdamOptions& options, const std::vector<AdamTensors>& tensors, ConstView clock,
               ConstView factor = {});
void sgd_step(const SgdOptions& options, const std::vector<SgdTensors>& tensors, ConstView clock,
              ConstView factor = {});

using AdvanceClock = void(double beta1, double beta2, ConstView factor, View clock);
using AdamStep = void(const AdamOptions&, const std::vector<AdamTensors>&, ConstView clock, ConstView factor);
using SgdStep = void(const SgdOptions&, const std::vector<SgdTensors>&, ConstView clock, ConstView factor);
AdvanceClock advance_clock_reference, advance_clock_cuda;
AdamStep adam_step_reference, adam_step_cpu, adam_step_cuda;
SgdStep sgd_step_reference, sgd_step_cuda;

inline constexpr KernelTable<AdvanceClock> optimizer_clock_kernels{"optimizer clock", advance_clock_reference,
                                                                   nullptr, cuda_cell(advance_clock_cuda)};
inline constexpr KernelTable<AdamStep> optimizer_adam_kernels{"adam", adam_step_reference, adam_step_cpu,
                                                              cuda_cell(adam_step_cuda)};
inline constexpr KernelTable<SgdStep> optimizer_sgd_kernels{"sgd", sgd_step_reference, nullptr,
                                                            cuda_cell(sgd_step_cuda)};

}  // namespace scrim::kernels
