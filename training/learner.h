// A network and its optimiser: one update from a loss.
#pragma once

#include <functional>
#include <memory>

#include "training/loss_scale.h"
#include "training/settings.h"

namespace scrim {

class Learner {
 public:
  /// Moves the network to compute_device(). `name` stands before its tensors in a checkpoint and in messages: "generator".
  Learner(std::string name, Module& module, const OptimiserSettings& settings);

  /// Computes the loss, its gradients and one step of the optimiser; returns the loss. A loss above
  /// `skip_above` leaves the weights as they are. Throws NonFiniteError that names the op and leaves the
  /// weights as they were when the loss or a gradient is NaN or infinite; `loss` runs a second time then.
  /// With a loss scale, gradients that overflow leave the step out instead, as long as a smaller scale may help.
  double update(const std::function<Variable()>& loss, double skip_above = no_limit);
  static constexpr double no_limit = 1e308;

  Optimiser& optimiser() { return *optimiser_; }
  /// Weights and moments: "NAME.model....", "NAME.optimiser....", "NAME.learning_rate".
  void add_state(State& target) const;
  void load_state(const State& source);

 private:
  [[noreturn]] void name_cause(const std::function<Variable()>& loss);

  std::string name_;
  Module& module_;
  std::unique_ptr<Optimiser> optimiser_;
  LossScale loss_scale_;
};

}  // namespace scrim
