// Optimisers over a module's parameters, and the learning-rate schedules. Formulas in
// kernels/optimiser/optimiser.h.
#pragma once

#include <memory>

#include "kernels/optimiser/optimiser.h"
#include "layers/module.h"

namespace scrim {

class Optimiser {
 public:
  explicit Optimiser(std::vector<NamedParameter> parameters) : parameters_(std::move(parameters)) {}
  virtual ~Optimiser() = default;

  /// One update from the gradients; parameters without a gradient stay as they are. Gradients are multiplied by `factor`
  /// (f32, one element, where the parameters lie) first; 0 leaves all as it is, and steps are counted all the same.
  void step(const Tensor& factor = {});
  virtual double learning_rate() const = 0;
  virtual void set_learning_rate(double value) = 0;

  /// Everything that a resumed run needs: the moments by "exp_avg.NAME", ..., and "step".
  State state() const;
  /// Throws Error when names or shapes differ.
  void load_state(const State& state);

 protected:
  /// What the rule keeps for a parameter, zeros at first; the names are PyTorch's.
  virtual std::vector<std::string> slots() const = 0;
  virtual void update(std::int64_t t, const Tensor& gradient, Tensor& parameter, std::vector<Tensor>& kept,
                      ConstView factor) = 0;
  void make_slots();

 private:
  std::vector<NamedParameter> parameters_;
  std::vector<std::vector<Tensor>> kept_;  // per parameter, per slot
  std::int64_t t_ = 0;
};

/// Adam; AdamW when options.decay is set instead of options.l2.
class Adam : public Optimiser {
 public:
  Adam(std::vector<NamedParameter> parameters, const kernels::AdamOptions& options);
  double learning_rate() const override { return options_.learning_rate; }
  void set_learning_rate(double value) override { options_.learning_rate = value; }

 protected:
  std::vector<std::string> slots() const override { return {"exp_avg", "exp_avg_sq"}; }
  void update(std::int64_t t, const Tensor& gradient, Tensor& parameter, std::vector<Tensor>& kept,
              ConstView factor) override;

 private:
  kernels::AdamOptions options_;
};

class Sgd : public Optimiser {
 public:
  Sgd(std::vector<NamedParameter> parameters, const kernels::SgdOptions& options);
  double learning_rate() const override { return options_.learning_rate; }
  void set_learning_rate(double value) override { options_.learning_rate = value; }

 protected:
  std::vector<std::string> slots() const override {
    return options_.momentum != 0 ? std::vector<std::string>{"momentum_buffer"} : std::vector<std::string>{};
  }
  void update(std::int64_t t, const Tensor& gradient, Tensor& parameter, std::vector<Tensor>& kept,
              ConstView factor) override;

 private:
  kernels::SgdOptions options_;
};

/// learning rate = start * gamma^floor(epoch / epochs), epochs counted from 0 (PyTorch's StepLR).
struct StepSchedule {
  std::int64_t epochs = 30;
  double gamma = 0.1;
  double at(double start, std::int64_t epoch) const;
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
