// A network and its optimizer: one update from a loss.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "kernels/step_control/step_control.h"
#include "training/loop/loss_scale.h"
#include "training/loop/settings.h"

namespace scrim {

class Learner;

/// A number of a step, where it was computed: on a GPU, reading it would wait for the step.
struct StepValue {
  Tensor numbers;                    ///< f32: the number alone; of an update, its kernels::RecordField
  const Learner* learner = nullptr;  ///< whose update it is
};

class Learner {
 public:
  /// Moves the network to compute_device(). `name` stands before its tensors in a checkpoint and in messages: "generator".
  Learner(std::string name, Module& module, const OptimizerSettings& settings);

  /// Computes the loss, its gradients and one step of the optimizer; returns the loss. A loss above `skip_above` leaves the
  /// weights as they are, and so does a loss or gradient that is NaN or infinite: with a loss scale a sign that it was too
  /// large, else a fault. Throws NonFiniteError that names the op; `loss` runs a second time then.
  double update(const std::function<Variable()>& loss, double skip_above = no_limit);
  static constexpr double no_limit = kernels::StepRules::no_limit;

  /// The same without waiting for a GPU, when set_reads_later(true) was called: fault_of() says what could not be done,
  /// without the op's name.
  StepValue step(const std::function<Variable()>& loss, double skip_above = no_limit);
  void set_reads_later(bool later) { reads_later_ = later; }
  /// The number of a step's value that has been read, and why its update could not be made, if so.
  static double number_of(const StepValue& value, std::span<const float> numbers);
  static std::optional<std::string> fault_of(const StepValue& value, std::span<const float> numbers);

  Optimizer& optimizer() { return *optimizer_; }
  /// Weights and moments: "NAME.model....", "NAME.optimizer....", "NAME.learning_rate".
  void add_state(State& target) const;
  void load_state(const State& source);

 private:
  Tensor queue(const std::function<Variable()>& loss, double skip_above);
  [[noreturn]] void name_cause(const std::function<Variable()>& loss);
  std::string fault(const std::string& cause) const;

  std::string name_;
  Module& module_;
  std::unique_ptr<Optimizer> optimizer_;
  LossScale loss_scale_;
  bool reads_later_ = false;
};

}  // namespace scrim
