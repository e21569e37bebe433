// The attacker whose network learned to undo a method (training/tasks/train_restorer.h).
#pragma once

#include "evaluation/restorers/restorer.h"
#include "models/networks/weight_files.h"

namespace scrim {

class LearnedRestorer : public Restorer {
 public:
  /// What its training took.
  struct Training {
    std::int64_t films = 0, steps = 0;
    double seconds = 0;
  };
  /// weights: of train_restorer.
  LearnedRestorer(const std::string& weights, const Training& training);

  std::string name() const override { return "restoring network"; }
  std::string knows() const override {
    return fmt::format("releases of {} films of other patients ({} steps)", training_.films, training_.steps);
  }
  const Training& training() const { return training_; }
  FilmSet restored(const FilmSet& real, const FilmSet& released, std::uint64_t draw) const override;

 private:
  LoadedNetwork<UNet, FlowUNetSettings> restorer_;
  Training training_;
};

}  // namespace scrim
