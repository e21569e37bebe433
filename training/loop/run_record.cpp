#include "training/loop/run_record.h"

#include <cmath>

namespace scrim {
namespace {

/// What a column that was never measured has: worse than any value.
double never(const ValidColumn& column) {
  return column.better == Better::lower ? 1e308 : -1e308;
}

}  // namespace

BestValues::BestValues(std::vector<ValidColumn> columns) : columns_(std::move(columns)) {
  for (const ValidColumn& column : columns_) values_.push_back(never(column));
}

std::vector<std::size_t> BestValues::take(const std::vector<double>& values) {
  std::vector<std::size_t> improved;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool is_better =
        columns_[i].better == Better::lower ? values[i] < values_[i] : values[i] > values_[i];
    if (!is_better) continue;
    values_[i] = values[i];
    improved.push_back(i);
  }
  return improved;
}

bool BestValues::is_known(std::size_t column) const {
  return std::abs(values_[column]) < 1e308;
}

Tensor BestValues::state() const {
  return Tensor::from<double>({std::int64_t(values_.size())}, values_);
}

void BestValues::load_state(const Tensor& state) {
  require(state.dtype() == DType::f64 && state.numel() == std::int64_t(values_.size()), "checkpoint",
          "has {} best values, expected {}", state.numel(), values_.size());
  values_.assign(state.data<double>().begin(), state.data<double>().end());
}

RunRecord::RunRecord(RunFolder& folder, std::vector<std::string> train_columns, const BestValues& best)
    : folder_(folder), train_columns_(std::move(train_columns)), best_(best) {}

void RunRecord::begin(const std::map<std::string, std::string>& hyper_parameters) {
  std::string line = "step,epoch";
  for (const auto& name : train_columns_) line += ",train_" + name;
  for (const auto& column : best_.columns()) line += ",valid_" + column.name;
  folder_.add_metrics(line + ",learning_rate\n");
  folder_.events().hyper_parameters(hyper_parameters);
}

void RunRecord::add(std::int64_t step, std::int64_t epoch, const std::vector<double>& train,
                    const std::vector<double>& valid, double learning_rate) {
  EventFile& events = folder_.events();
  std::string line = fmt::format("{},{}", step, epoch);
  for (std::size_t i = 0; i < train_columns_.size(); ++i) {
    line += fmt::format(",{}", train[i]);
    events.scalar(train_columns_[i] + "/train", step, train[i]);
  }
  for (std::size_t i = 0; i < best_.columns().size(); ++i) {
    line += valid.empty() ? "," : fmt::format(",{}", valid[i]);
    if (valid.empty()) continue;
    const std::string& name = best_.columns()[i].name;
    events.scalar(name + "/valid", step, valid[i]);
    events.scalar("best_" + name + "/valid", step, best_.of(i));
  }
  events.scalar("learning_rate", step, learning_rate);
  folder_.add_metrics(fmt::format("{},{}\n", line, learning_rate));
}

}  // namespace scrim
