// Dynamic loss scaling: gradients of products in f16 are small numbers that 16 bits would lose, so the loss is multiplied
// by a power of two before its gradients are computed, and they are divided by it again in f32. A step whose gradients
// overflow is left out and halves the factor; many good ones in a row double it. (Micikevicius et al., "Mixed Precision
// Training", 2018, section 3.2.)
#pragma once

#include "layers/module.h"

namespace scrim {

class LossScale {
 public:
  /// In use when compute_settings() says f16 and networks compute on a GPU; else the factor is 1.
  LossScale();

  bool is_in_use() const { return in_use_; }
  double factor() const { return factor_; }
  /// Takes note of a step's gradients. False when they overflow even at the smallest factor, 1: then scaling does not help.
  bool after_step(bool finite);

  /// Nothing when it is not in use.
  void add_state(State& target, const std::string& name) const;
  void load_state(const State& source, const std::string& name);

 private:
  bool in_use_;
  double factor_ = 1;
  std::int64_t good_steps_ = 0;
};

}  // namespace scrim
