// Optimizers over a module's parameters, and the learning-rate schedules. Formulas in
// kernels/optimizer/optimizer.h.
#pragma once

#include <memory>

#include "kernels/optimizer/optimizer.h"
#include "layers/module.h"

namespace scrim {

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One update from the gradients; parameters without a gradient stay as they are. Gradients are multiplied by `factor`
  /// (f32, one element, where the parameters lie) first; 0 leaves all as it is, and the step does not count.
  void step(const Tensor& factor = {});
  double learning_rate() const { return learning_rate_; }
  void set_learning_rate(double value);

  /// Everything that a resumed run needs: the moments by "exp_avg.NAME", ..., and "step", how many were taken.
  State state() const;
  /// Throws Error when names or shapes differ.
  void load_state(const State& state);

 protected:
  struct Betas {
    double beta1 = 0, beta2 = 0;
  };
  /// `slots`: what the rule keeps for a parameter, zeros at first; the names are PyTorch's.
  Optimizer(std::vector<NamedParameter> parameters, double learning_rate, Betas betas,
            std::vector<std::string> slots);

  /// A parameter that has a gradient, and what is kept for it.
  struct Item {
    const Tensor& gradient;
    Tensor& parameter;
    std::vector<Tensor>& kept;
  };
  virtual void update(const std::vector<Item>& items, ConstView clock, ConstView factor) = 0;

 private:
  void set_clock(kernels::ClockField field, double value);

  std::vector<NamedParameter> parameters_;
  std::vector<std::string> slots_;
  std::vector<std::vector<Tensor>> kept_;  // per parameter, per slot
  double learning_rate_;
  Betas betas_;
  Tensor clock_;  // kernels::ClockField
};

/// Adam; AdamW when options.decay is set instead of options.l2.
class Adam : public Optimizer {
 public:
  Adam(std::vector<NamedParameter> parameters, double learning_rate,
       const kernels::AdamOptions& options = {});

 protected:
  void update(const std::vector<Item>& items, ConstView clock, ConstView factor) override;

 private:
  kernels::AdamOptions options_;
};

class Sgd : public Optimizer {
 public:
  Sgd(std::vector<NamedParameter> parameters, double learning_rate, const kernels::SgdOptions& options = {});

 protected:
  void update(const std::vector<Item>& items, ConstView clock, ConstView factor) override;

 private:
  kernels::SgdOptions options_;
};

/// Multiplies the learning rate by `factor` after more than `patience` epochs in a row without a loss below
/// best * (1 - threshold) (PyTorch's ReduceLROnPlateau, mode min, threshold relative).
class PlateauSchedule {
 public:
  PlateauSchedule(double factor, std::int64_t patience, double threshold = 1e-4)
      : factor_(factor), patience_(patience), threshold_(threshold) {}
  /// The learning rate after an epoch that ended with `loss`.
  double after(double loss, double learning_rate);

  State state() const;
  void load_state(const State& state);

 private:
  double factor_;
  std::int64_t patience_;
  double threshold_;
  double best_ = 1e308;
  std::int64_t bad_epochs_ = 0;
};

}  // namespace scrim
