#include "training/loop/training_loop.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "tensor/compute_device.h"
#include "training/loop/run_record.h"
#include "training/loop/step_queue.h"

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

class Loop {
 public:
  Loop(TrainingTask& task, const LoopSettings& settings)
      : task_(task),
        settings_(settings),
        best_(task.valid_columns()),
        plateau_(settings.schedule.factor, settings.schedule.patience),
        folder_(settings.folder, settings.config_text, settings.resume),
        record_(folder_, task.train_columns(), best_),
        queue_(task, queue_options(settings.training)) {
    const std::int64_t batch = settings.training.batch_size;
    steps_in_epoch_ = (task.examples() + batch - 1) / batch;
    if (compute_device().is_cuda()) read_every_ = settings.training.read_loss_every_steps;
    if (folder_.metrics_are_new()) {
      Facts values = settings.values;
      values["math"] = name_of_math_in_use();
      record_.begin(values);
    }
    if (settings.schedule.name == "cosine")
      for (Learner* learner : task_.learners())
        learner->optimizer().set_learning_rate(learner->optimizer().learning_rate() * cosine_share(0));
    if (folder_.resumed_from()) restore(*folder_.resumed_from());
  }

  TrainingResult train(const std::function<void(const TrainingProgress&)>& progress) {
    const std::int64_t epochs = settings_.training.epochs;
    while (epoch_ < epochs && !has_stopped()) {
      while (step_in_epoch_ < steps_in_epoch_) run_step(progress);
      ++epoch_;
      step_in_epoch_ = 0;
    }
    if (!folder_.is_complete()) write_weights("weights");
    return result();
  }

 private:
  static StepQueue::Options queue_options(const TrainingSettings& training) {
    if (!compute_device().is_cuda()) return {};
    return {training.cuda_graph, training.cuda_graph || training.read_loss_every_steps > 1};
  }

  /// One step; at its turn also reading, validation and checkpoint.
  void run_step(const std::function<void(const TrainingProgress&)>& progress) {
    const double rate = task_.learners().front()->optimizer().learning_rate();
    const Batch batch = *batch_ahead(0);
    queue_.run(batch, batch_ahead(1));
    ++step_;
    ++step_in_epoch_;
    const bool epoch_ends = step_in_epoch_ == steps_in_epoch_,
               saves = epoch_ends || step_ % settings_.training.checkpoint_every_steps == 0;
    if (!saves && queue_.size() < read_every_) return;
    queue_.read([&](std::int64_t step, const std::vector<double>& losses) {
      train_loss_ = losses.back();
      const std::vector<double> valid = epoch_ends && step == step_ ? end_epoch() : std::vector<double>{};
      record_.add(step, epoch_ + 1, losses, valid, rate);
      const std::int64_t epochs = settings_.training.epochs;
      progress({step, epochs * steps_in_epoch_, epoch_ + 1, epochs, train_loss_,
                valid.empty() ? std::nullopt : std::optional(valid.back())});
    });
    if (saves) save(epoch_ends ? epoch_ + 1 : epoch_, epoch_ends ? 0 : step_in_epoch_);
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

  bool validates() const { return !best_.columns().empty(); }
  std::size_t loss_column() const { return best_.columns().size() - 1; }

  /// Validation, schedule and early stopping; the values of the validation, when there is one.
  std::vector<double> end_epoch() {
    std::vector<double> values;
    if (validates()) {
      values = task_.validate(step_, folder_.events());
      ++epochs_without_gain_;
      for (const std::size_t column : best_.take(values)) {
        if (column == loss_column()) epochs_without_gain_ = 0;
        const std::string& file = best_.columns()[column].best_file;
        if (!file.empty()) write_weights(file);
      }
    }
    const auto& schedule = settings_.schedule;
    double factor = 1;
    if (schedule.name == "step" && (epoch_ + 1) % schedule.step_epochs == 0) factor = schedule.factor;
    if (schedule.name == "plateau") factor = plateau_.after(values.empty() ? train_loss_ : values.back(), 1);
    if (schedule.name == "cosine") factor = cosine_share(epoch_ + 1) / cosine_share(epoch_);
    for (Learner* learner : task_.learners())
      learner->optimizer().set_learning_rate(learner->optimizer().learning_rate() * factor);
    return values;
  }

  /// Of the learning rate, in an epoch: a straight rise, then half a cosine (Loshchilov, Hutter, "SGDR", ICLR 2017).
  double cosine_share(std::int64_t epoch) const {
    const auto warmup = double(settings_.schedule.warmup_epochs), at = double(epoch);
    if (at < warmup) return (at + 1) / (warmup + 1);
    const double rest = std::max(1.0, double(settings_.training.epochs) - warmup);
    return std::max(1e-6, (1 + std::cos(std::numbers::pi * (at - warmup) / rest)) / 2);
  }

  bool has_stopped() const {
    return settings_.training.early_stopping > 0 && epochs_without_gain_ >= settings_.training.early_stopping;
  }

  TrainingResult result() const {
    TrainingResult result{folder_.path() / "weights.safetensors", step_, train_loss_, std::nullopt};
    if (!validates() || !best_.is_known(loss_column())) return result;
    result.best_valid_loss = best_.of(loss_column());
    const std::string& file = best_.columns().back().best_file;
    if (!file.empty()) result.weights = folder_.path() / (file + ".safetensors");
    return result;
  }

  void save(std::int64_t epoch, std::int64_t step_in_epoch) {
    Checkpoint checkpoint{step_, epoch, step_in_epoch, {}, {{"math", name_of_math_in_use()}}};
    for (const Learner* learner : task_.learners()) learner->add_state(checkpoint.tensors);
    if (const WeightAverage* average = task_.average()) average->add_state(checkpoint.tensors);
    add_with_prefix(checkpoint.tensors, "schedule", plateau_.state());
    checkpoint.tensors["progress.best"] = best_.state();
    checkpoint.tensors["progress.train_loss"] = Tensor::scalar(train_loss_, DType::f64);
    checkpoint.tensors["progress.epochs_without_gain"] =
        Tensor::from<std::int64_t>({}, {epochs_without_gain_});
    folder_.save(checkpoint);
  }

  void restore(const Checkpoint& checkpoint) {
    const auto math = checkpoint.facts.find("math");
    if (!folder_.is_complete() && math != checkpoint.facts.end() && math->second != name_of_math_in_use())
      throw UsageError(
          fmt::format("[train] the run in {} was computed in {} and would continue in {}. Change {}",
                      folder_.path().string(), math->second, name_of_math_in_use(),
                      compute_device().is_cuda() ? "--math" : "--device: only a GPU computes so"));
    step_ = checkpoint.step;
    epoch_ = checkpoint.epoch;
    step_in_epoch_ = checkpoint.step_in_epoch;
    for (Learner* learner : task_.learners()) learner->load_state(checkpoint.tensors);
    if (WeightAverage* average = task_.average()) average->load_state(checkpoint.tensors);
    plateau_.load_state(part_with_prefix(checkpoint.tensors, "schedule"));
    const State progress = part_with_prefix(checkpoint.tensors, "progress");
    for (const char* name : {"best", "train_loss", "epochs_without_gain"})
      require(progress.contains(name), "checkpoint", "has no progress.{}", name);
    best_.load_state(progress.at("best"));
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

  TrainingTask& task_;
  const LoopSettings& settings_;
  BestValues best_;
  PlateauSchedule plateau_;
  RunFolder folder_;
  RunRecord record_;
  StepQueue queue_;
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
