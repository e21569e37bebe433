// Dynamic loss scaling: gradients of products in f16 are small numbers that 16 bits would lose, so the loss is multiplied
// by a power of two before its gradients are computed, and they are divided by it again in f32. How it moves:
// kernels/step_control/step_control.h.
#pragma once

#include "autograd/variable.h"
#include "layers/module.h"

namespace scrim {

class LossScale {
 public:
  /// In use when compute_settings() says f16 and networks compute on a GPU; else the scale is 1 and stays so.
  LossScale();

  bool is_in_use() const { return in_use_; }
  Variable applied_to(const Variable& loss) const;
  /// For gradients that no Learner sees: what they are without the scale. The scale does not move then.
  Tensor removed_from(const Tensor& gradient) const;
  // f32, one element each, on compute_device(): kernels::decide_step() moves them on.
  Tensor& scale() { return scale_; }
  Tensor& good_steps() { return good_steps_; }

  /// Nothing when it is not in use.
  void add_state(State& target, const std::string& name) const;
  void load_state(const State& source, const std::string& name);

 private:
  bool in_use_;
  Tensor scale_, good_steps_;
};

}  // namespace scrim
