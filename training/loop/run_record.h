// What a run writes down of its steps: metrics.csv, the event file, and the best values of the validation.
#pragma once

#include "training/loop/run_folder.h"
#include "training/loop/training_task.h"

namespace scrim {

/// The best value of every validation column so far.
class BestValues {
 public:
  explicit BestValues(std::vector<ValidColumn> columns);

  /// Takes the values of a validation; the columns that reached a new best.
  std::vector<std::size_t> take(const std::vector<double>& values);
  bool is_known(std::size_t column) const;
  double of(std::size_t column) const { return values_[column]; }
  const std::vector<ValidColumn>& columns() const { return columns_; }

  Tensor state() const;
  /// Throws Error unless it holds a value for each column.
  void load_state(const Tensor& state);

 private:
  std::vector<ValidColumn> columns_;
  std::vector<double> values_;
};

class RunRecord {
 public:
  RunRecord(RunFolder& folder, std::vector<std::string> train_columns, const BestValues& best);

  /// Before the first step: the header, and what TensorBoard's table of runs shows.
  void begin(const std::map<std::string, std::string>& hyper_parameters);
  /// A step's line. `valid` is empty but at the end of an epoch. step and epoch are counted from 1.
  void add(std::int64_t step, std::int64_t epoch, const std::vector<double>& train,
           const std::vector<double>& valid, double learning_rate);

 private:
  RunFolder& folder_;
  std::vector<std::string> train_columns_;
  const BestValues& best_;
};

}  // namespace scrim
