#include "training/training_loop.h"

#include <fmt/format.h>

#include "kernels/concat/concat.h"
#include "tensor/compute_device.h"

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
      Facts values = settings.values;
      values["math"] = name_of_math_in_use();
      folder_.events().hyper_parameters(values);
    }
    // The processor has computed a step when it has told it: nothing is gained by reading later.
    if (compute_device().is_cuda()) read_every_ = settings.training.read_loss_every_steps;
    const bool captures = compute_device().is_cuda() && settings.training.cuda_graph;
    go_without_waiting(captures || read_every_ > 1, captures);
    if (folder_.resumed_from()) restore(*folder_.resumed_from());
  }

  TrainingResult train(const std::function<void(const TrainingProgress&)>& progress) {
    const std::int64_t epochs = settings_.training.epochs, steps = epochs * steps_in_epoch_;
    while (epoch_ < epochs && !has_stopped()) {
      while (step_in_epoch_ < steps_in_epoch_) {
        const double rate = task_.learners().front()->optimiser().learning_rate();
        step();
        ++step_;
        ++step_in_epoch_;
        const bool epoch_ends = step_in_epoch_ == steps_in_epoch_,
                   saves = epoch_ends || step_ % settings_.training.checkpoint_every_steps == 0;
        if (!saves && std::int64_t(unread_.size()) < read_every_) continue;
        read_steps([&](std::int64_t number, const std::vector<double>& losses) {
          train_loss_ = losses.back();
          const bool validates = epoch_ends && number == step_;
          const std::vector<double> valid = validates ? end_epoch() : std::vector<double>{};
          record(number, losses, valid, rate);
          progress({number, steps, epoch_ + 1, epochs, train_loss_,
                    valid.empty() ? std::nullopt : std::optional(valid.back())});
        });
        if (saves) save(epoch_ends ? epoch_ + 1 : epoch_, epoch_ends ? 0 : step_in_epoch_);
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
  void go_without_waiting(bool reads_later, bool captures) {
    for (Learner* learner : task_.learners()) learner->set_reads_later(reads_later);
    task_.set_captures(captures);
  }

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

  /// Calls work() for a step, counted from 1.
  template <class Work>
  auto in_step(std::int64_t number, Work&& work) {
    try {
      return work();
    } catch (const NonFiniteError& e) {
      throw NonFiniteError(
          fmt::format("[train] stopped at step {} (epoch {}): {}. The last good checkpoint is kept.", number,
                      epoch_ + 1, e.what()));
    }
  }

  /// Tells the device the next step. Its numbers are copied: a repeated step writes over its own.
  void step() {
    in_step(step_ + 1, [&] {
      const Batch batch = *batch_ahead(0);
      Unread unread{batch, task_.step(batch, batch_ahead(1)), {}};
      std::vector<Tensor> numbers;
      for (const StepValue& value : unread.values) numbers.push_back(value.numbers);
      unread.numbers = joined(numbers);
      unread_.push_back(std::move(unread));
    });
  }

  /// A copy of all numbers in a row.
  static Tensor joined(const std::vector<Tensor>& parts) {
    std::vector<ConstView> views;
    std::int64_t total = 0;
    for (const Tensor& part : parts) {
      views.push_back(part.reshape({part.numel()}).view());
      total += part.numel();
    }
    Tensor all = parts.front().empty_like({total});
    kernels::concat(views, 0, all.mutable_view());
    return all;
  }

  /// A fault that is read later than its step names its op where the batch meets it again.
  double number_of(const StepValue& value, std::span<const float> numbers, const Batch& batch) {
    try {
      return Learner::number_of(value, numbers);
    } catch (const NonFiniteError&) {
      go_without_waiting(false, false);
      try {
        task_.step(batch, std::nullopt);
      } catch (const NonFiniteError&) {
        throw;                  // it says more
      } catch (const Error&) {  // of what came after the fault
      }
      throw;
    }
  }

  /// Calls use(step, numbers) for all steps since the last call, in their order.
  template <class Use>
  void read_steps(Use&& use) {
    std::vector<Tensor> of_steps;
    for (const Unread& unread : unread_) of_steps.push_back(unread.numbers);
    const Tensor known = to_host(joined(of_steps));
    std::span<const float> numbers = known.data<float>();
    const std::vector<Unread> steps = std::exchange(unread_, {});
    std::int64_t number = step_ - std::int64_t(steps.size());
    for (const Unread& unread : steps) {
      ++number;
      std::vector<double> row;
      for (const StepValue& value : unread.values) {
        row.push_back(in_step(number, [&] { return number_of(value, numbers, unread.batch); }));
        numbers = numbers.subspan(std::size_t(value.numbers.numel()));
      }
      use(number, row);
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

  void record(std::int64_t step, const std::vector<double>& train, const std::vector<double>& valid,
              double rate) {
    std::string line = fmt::format("{},{}", step, epoch_ + 1);
    const auto names = task_.train_columns();
    for (std::size_t i = 0; i < names.size(); ++i) {
      line += fmt::format(",{}", train[i]);
      folder_.events().scalar(names[i] + "/train", step, train[i]);
    }
    for (std::size_t i = 0; i < valid_columns_.size(); ++i) {
      line += valid.empty() ? "," : fmt::format(",{}", valid[i]);
      if (valid.empty()) continue;
      folder_.events().scalar(valid_columns_[i].name + "/valid", step, valid[i]);
      folder_.events().scalar("best_" + valid_columns_[i].name + "/valid", step, best_[i]);
    }
    folder_.events().scalar("learning_rate", step, rate);
    folder_.add_metrics(fmt::format("{},{}\n", line, rate));
  }

  void save(std::int64_t epoch, std::int64_t step_in_epoch) {
    Checkpoint checkpoint{step_, epoch, step_in_epoch, {}, {{"math", name_of_math_in_use()}}};
    for (const Learner* learner : task_.learners()) learner->add_state(checkpoint.tensors);
    add_with_prefix(checkpoint.tensors, "schedule", plateau_.state());
    checkpoint.tensors["progress.best"] = Tensor::from<double>({std::int64_t(best_.size())}, best_);
    checkpoint.tensors["progress.train_loss"] = Tensor::scalar(train_loss_, DType::f64);
    checkpoint.tensors["progress.epochs_without_gain"] =
        Tensor::from<std::int64_t>({}, {epochs_without_gain_});
    folder_.save(checkpoint);
  }

  void restore(const Checkpoint& checkpoint) {
    const auto math = checkpoint.facts.find("math");
    if (!folder_.is_complete() && math != checkpoint.facts.end() && math->second != name_of_math_in_use())
      throw UsageError(
          fmt::format("[train] the run in {} was computed in {}, and would go on in {}: see {}",
                      folder_.path().string(), math->second, name_of_math_in_use(),
                      compute_device().is_cuda() ? "--math" : "--device, only a GPU computes so"));
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

  /// STEM.safetensors comes last: where it is, its companions are. Weights that were not computed in f32 say so.
  void write_weights(const std::string& stem) {
    auto files = task_.weights();
    for (auto& [name, file] : files)
      if (name_of_math_in_use() != "f32") file.metadata["math"] = name_of_math_in_use();
    for (auto file = files.rbegin(); file != files.rend(); ++file)
      write_safetensors(folder_.path() / fmt::format("{}{}{}.safetensors", stem,
                                                     file->first.empty() ? "" : "_", file->first),
                        file->second);
  }

  /// A step whose numbers nobody has waited for yet.
  struct Unread {
    Batch batch;
    std::vector<StepValue> values;
    Tensor numbers;  ///< of all values
  };

  TrainingTask& task_;
  const LoopSettings& settings_;
  const std::vector<ValidColumn> valid_columns_;
  std::vector<double> best_;
  PlateauSchedule plateau_;
  RunFolder folder_;
  std::vector<Unread> unread_;
  std::int64_t read_every_ = 1, steps_in_epoch_ = 0;
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
