// An exponential average of a network's weights over the steps of its training: steadier than the last ones (Polyak, Juditsky,
// 1992; Tarvainen, Valpola, "Mean teachers", NeurIPS 2017). Buffers of norms are averaged too.
#pragma once

#include "layers/module.h"

namespace scrim {

class WeightAverage {
 public:
  /// `decay` in (0, 1): what a step keeps of the average. Early steps keep less: (1 + t) / (10 + t).
  WeightAverage(const Module& module, double decay);

  /// After a step.
  void update(const Module& module);
  /// The averaged weights, as Module::state() names them.
  const State& state() const { return average_; }

  /// "average...." and "average_steps".
  void add_state(State& target) const;
  void load_state(const State& source);

 private:
  double decay_;
  State average_;
  std::int64_t steps_ = 0;
};

}  // namespace scrim
