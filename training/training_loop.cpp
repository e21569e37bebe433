#include "training/training_loop.h"

#include <fmt/format.h>

namespace scrim {
namespace {

/// The order of the examples in an epoch: a shuffle that depends on seed and epoch alone.
std::vector<std::int64_t> order_of_epoch(std::int64_t examples, std::int64_t seed, std::int64_t epoch) {
  Random random = Random(std::uint64_t(seed), "order").split(std::uint64_t(epoch));
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < examples; ++i) order.push_back(i);
  shuffle(order, random);
  return order;
}

/// Best values are kept by column; a column that was never measured has none.
constexpr double never = 1e308;

class Loop {
 public:
  Loop(TrainingTask& task, const LoopSettings& settings)
      : task_(task),
        settings_(settings),
        valid_columns_(task.valid_columns()),
        best_(valid_columns_.size(), never),
        plateau_(settings.schedule.factor, settings.schedule.patience),
        folder_(settings.folder, settings.config_text, settings.resume) {
    const std::int64_t batch = settings.training.batch_size;
    steps_in_epoch_ = (task.examples() + batch - 1) / batch;
    if (folder_.metrics_are_new()) {
      folder_.add_metrics(header());
      folder_.events().hyper_parameters(settings.values);
    }
    if (folder_.resumed_from()) restore(*folder_.resumed_from());
  }

  TrainingResult train(const std::function<void(const TrainingProgress&)>& progress) {
    const std::int64_t epochs = settings_.training.epochs, steps = epochs * steps_in_epoch_;
    while (epoch_ < epochs && !has_stopped()) {
      while (step_in_epoch_ < steps_in_epoch_) {
        const double rate = task_.learners().front()->optimiser().learning_rate();
        const std::vector<double> losses = step();
        train_loss_ = losses.back();
        ++step_;
        ++step_in_epoch_;
        std::vector<double> valid;
        const bool epoch_ends = step_in_epoch_ == steps_in_epoch_;
        if (epoch_ends) valid = end_epoch();
        record(losses, valid, rate);
        progress({step_, steps, epoch_ + 1, epochs, train_loss_,
                  valid.empty() ? std::nullopt : std::optional(valid.back())});
        if (epoch_ends) {
          save(epoch_ + 1, 0);
        } else if (step_ % settings_.training.checkpoint_every_steps == 0) {
          save(epoch_, step_in_epoch_);
        }
      }
      ++epoch_;
      step_in_epoch_ = 0;
    }
    if (!folder_.is_complete()) write_weights("weights");
    const bool validated = !valid_columns_.empty() && best_.back() < never;
    const std::string best = validated ? valid_columns_.back().best_file : "";
    return {folder_.path() / fmt::format("{}.safetensors", best.empty() ? "weights" : best), step_,
            train_loss_, validated ? std::optional(best_.back()) : std::nullopt};
  }

 private:
  /// The batch `steps_ahead` of the present one; nothing past the last epoch.
  std::optional<Batch> batch_ahead(std::int64_t steps_ahead) {
    const std::int64_t place = step_in_epoch_ + steps_ahead;
    const std::int64_t epoch = epoch_ + place / steps_in_epoch_;
    if (epoch >= settings_.training.epochs) return std::nullopt;
    if (order_.epoch != epoch)
      order_ = {-1, epoch, order_of_epoch(task_.examples(), settings_.training.seed, epoch)};
    const auto& order = order_.examples;
    const auto begin = std::size_t(place % steps_in_epoch_ * settings_.training.batch_size);
    const auto end = std::min(order.size(), begin + std::size_t(settings_.training.batch_size));
    return Batch{step_ + steps_ahead,
                 epoch,
                 {order.begin() + std::ptrdiff_t(begin), order.begin() + std::ptrdiff_t(end)}};
  }

  std::vector<double> step() {
    try {
      const Batch batch = *batch_ahead(0);
      return task_.step(batch, batch_ahead(1));
    } catch (const NonFiniteError& e) {
      throw NonFiniteError(
          fmt::format("[train] stopped at step {} (epoch {}): {}. The last good checkpoint is kept.",
                      step_ + 1, epoch_ + 1, e.what()));
    }
  }

  /// Validation, schedule and early stopping; the values of the validation, when there is one.
  std::vector<double> end_epoch() {
    std::vector<double> values;
    if (!valid_columns_.empty()) {
      values = task_.validate(step_, folder_.events());
      epochs_without_gain_ = values.back() < best_.back() ? 0 : epochs_without_gain_ + 1;
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (!(values[i] < best_[i])) continue;
        best_[i] = values[i];
        if (!valid_columns_[i].best_file.empty()) write_weights(valid_columns_[i].best_file);
      }
    }
    const auto& schedule = settings_.schedule;
    double factor = 1;
    if (schedule.name == "step" && (epoch_ + 1) % schedule.step_epochs == 0) factor = schedule.factor;
    if (schedule.name == "plateau") factor = plateau_.after(values.empty() ? train_loss_ : values.back(), 1);
    for (Learner* learner : task_.learners())
      learner->optimiser().set_learning_rate(learner->optimiser().learning_rate() * factor);
    return values;
  }

  bool has_stopped() const {
    return settings_.training.early_stopping > 0 && epochs_without_gain_ >= settings_.training.early_stopping;
  }

  std::string header() const {
    std::string line = "step,epoch";
    for (const auto& name : task_.train_columns()) line += ",train_" + name;
    for (const auto& column : valid_columns_) line += ",valid_" + column.name;
    return line + ",learning_rate\n";
  }

  void record(const std::vector<double>& train, const std::vector<double>& valid, double rate) {
    std::string line = fmt::format("{},{}", step_, epoch_ + 1);
    const auto names = task_.train_columns();
    for (std::size_t i = 0; i < names.size(); ++i) {
      line += fmt::format(",{}", train[i]);
      folder_.events().scalar(names[i] + "/train", step_, train[i]);
    }
    for (std::size_t i = 0; i < valid_columns_.size(); ++i) {
      line += valid.empty() ? "," : fmt::format(",{}", valid[i]);
      if (valid.empty()) continue;
      folder_.events().scalar(valid_columns_[i].name + "/valid", step_, valid[i]);
      folder_.events().scalar("best_" + valid_columns_[i].name + "/valid", step_, best_[i]);
    }
    folder_.events().scalar("learning_rate", step_, rate);
    folder_.add_metrics(fmt::format("{},{}\n", line, rate));
  }

  void save(std::int64_t epoch, std::int64_t step_in_epoch) {
    Checkpoint checkpoint{step_, epoch, step_in_epoch, {}, {}};
    for (const Learner* learner : task_.learners()) learner->add_state(checkpoint.tensors);
    add_with_prefix(checkpoint.tensors, "schedule", plateau_.state());
    checkpoint.tensors["progress.best"] = Tensor::from<double>({std::int64_t(best_.size())}, best_);
    checkpoint.tensors["progress.train_loss"] = Tensor::scalar(train_loss_, DType::f64);
    checkpoint.tensors["progress.epochs_without_gain"] =
        Tensor::from<std::int64_t>({}, {epochs_without_gain_});
    folder_.save(checkpoint);
  }

  void restore(const Checkpoint& checkpoint) {
    step_ = checkpoint.step;
    epoch_ = checkpoint.epoch;
    step_in_epoch_ = checkpoint.step_in_epoch;
    for (Learner* learner : task_.learners()) learner->load_state(checkpoint.tensors);
    plateau_.load_state(part_with_prefix(checkpoint.tensors, "schedule"));
    const State progress = part_with_prefix(checkpoint.tensors, "progress");
    for (const char* name : {"best", "train_loss", "epochs_without_gain"})
      require(progress.contains(name), "checkpoint", "has no progress.{}", name);
    require(progress.at("best").numel() == std::int64_t(best_.size()), "checkpoint",
            "has {} best values, expected {}", progress.at("best").numel(), best_.size());
    const auto best = progress.at("best").data<double>();
    best_.assign(best.begin(), best.end());
    train_loss_ = progress.at("train_loss").item();
    epochs_without_gain_ = std::int64_t(progress.at("epochs_without_gain").item());
  }

  /// STEM.safetensors comes last: where it is, its companions are.
  void write_weights(const std::string& stem) {
    const auto files = task_.weights();
    for (auto file = files.rbegin(); file != files.rend(); ++file)
      write_safetensors(folder_.path() / fmt::format("{}{}{}.safetensors", stem,
                                                     file->first.empty() ? "" : "_", file->first),
                        file->second);
  }

  TrainingTask& task_;
  const LoopSettings& settings_;
  const std::vector<ValidColumn> valid_columns_;
  std::vector<double> best_;
  PlateauSchedule plateau_;
  RunFolder folder_;
  std::int64_t steps_in_epoch_ = 0;
  Batch order_{-1, -1, {}};  ///< all examples of the epoch that was looked at last
  std::int64_t step_ = 0, epoch_ = 0, step_in_epoch_ = 0;
  std::int64_t epochs_without_gain_ = 0;
  double train_loss_ = 0;
};

}  // namespace

TrainingResult run_training_loop(TrainingTask& task, const LoopSettings& settings,
                                 const std::function<void(const TrainingProgress&)>& progress) {
  return Loop(task, settings).train(progress);
}

}  // namespace scrim
