#include "training/pretrain_generator.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "autograd/loss.h"
#include "training/film_set.h"
#include "training/optimiser.h"
#include "training/run_folder.h"

namespace scrim {
namespace {

std::unique_ptr<Optimiser> make_optimiser(const PretrainConfig::Optimisation& o, Module& module) {
  if (o.name == "sgd")
    return std::make_unique<Sgd>(module.parameters(),
                                 kernels::SgdOptions{o.learning_rate, o.momentum, o.weight_decay});
  kernels::AdamOptions options{o.learning_rate, o.beta1, o.beta2, o.epsilon};
  (o.name == "adamw" ? options.decay : options.l2) = o.weight_decay;
  return std::make_unique<Adam>(module.parameters(), options);
}

/// The order of the films in an epoch: a shuffle that depends on seed and epoch alone.
std::vector<std::int64_t> order_of_epoch(std::int64_t films, std::int64_t seed, std::int64_t epoch) {
  Random random = Random(std::uint64_t(seed), "order").split(std::uint64_t(epoch));
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < films; ++i) order.push_back(i);
  for (std::int64_t i = films; i > 1; --i)
    std::swap(order[std::size_t(i - 1)], order[std::size_t(random.below(i))]);
  return order;
}

class Run {
 public:
  Run(const PretrainConfig& config, const std::string& config_text, bool resume)
      : config_(config),
        train_(config.data.images, config.data.train_list, config.data.image_size),
        model_({config.model.init_features, warp_options(config.model.mu, config.model.op)},
               Initialiser(std::uint64_t(config.training.seed))),
        optimiser_(make_optimiser(config.optimiser, model_)),
        plateau_(config.schedule.factor, config.schedule.patience),
        folder_(config.output.folder, config_text, resume) {
    if (!config.data.valid_list.empty())
      valid_.emplace(config.data.images, config.data.valid_list, config.data.image_size);
    steps_in_epoch_ = (train_.count() + config.training.batch_size - 1) / config.training.batch_size;
    if (folder_.metrics_are_new()) folder_.add_metrics("step,epoch,train_loss,valid_loss,learning_rate\n");
    if (folder_.resumed_from()) restore(*folder_.resumed_from());
  }

  TrainingResult train(const std::function<void(const TrainingProgress&)>& progress) {
    const auto weights = folder_.path() / "weights.safetensors";
    const std::int64_t steps = config_.training.epochs * steps_in_epoch_;
    for (; epoch_ < config_.training.epochs; ++epoch_, step_in_epoch_ = 0) {
      const auto order = order_of_epoch(train_.count(), config_.training.seed, epoch_);
      while (step_in_epoch_ < steps_in_epoch_) {
        const double rate = optimiser_->learning_rate();
        train_loss_ = step(order);
        ++step_;
        ++step_in_epoch_;
        std::optional<double> valid_loss;
        if (step_in_epoch_ == steps_in_epoch_) valid_loss = end_epoch();
        record(rate, valid_loss);
        progress({step_, steps, epoch_ + 1, config_.training.epochs, train_loss_, valid_loss});
        if (step_ % config_.training.checkpoint_every_steps == 0 || step_in_epoch_ == steps_in_epoch_) save();
      }
    }
    if (!folder_.is_complete()) write_weights(weights);
    return {weights, step_, train_loss_};
  }

 private:
  double step(const std::vector<std::int64_t>& order) {
    const auto begin = std::size_t(step_in_epoch_ * config_.training.batch_size);
    const auto end = std::min(order.size(), begin + std::size_t(config_.training.batch_size));
    const Variable films(
        train_.batch({order.begin() + std::ptrdiff_t(begin), order.begin() + std::ptrdiff_t(end)}));
    model_.set_training(true);
    model_.zero_gradients();
    const Variable loss = mse(model_(films), films);
    const double value = loss.value().item();
    bool finite = std::isfinite(value);
    if (finite) {
      backward(loss);
      for (const auto& [name, parameter] : model_.parameters())
        finite &= !parameter->gradient().defined() || is_finite(parameter->gradient());
    }
    if (!finite) name_cause(films);
    optimiser_->step();
    return value;
  }

  /// Computes the step again and looks at every op. The weights are still those from before the step.
  [[noreturn]] void name_cause(const Variable& films) {
    const std::string when = fmt::format("step {} (epoch {})", step_ + 1, epoch_ + 1);
    try {
      const FiniteCheck check;
      model_.zero_gradients();
      backward(mse(model_(films), films));
    } catch (const NonFiniteError& e) {
      throw NonFiniteError(
          fmt::format("[train] stopped at {}: {}. The last good checkpoint is kept.", when, e.what()));
    }
    throw NonFiniteError(
        fmt::format("[train] stopped at {}: the loss or a gradient is NaN or infinite", when));
  }

  /// Validation and schedule; the validation loss when there is a validation set.
  std::optional<double> end_epoch() {
    std::optional<double> loss;
    if (valid_) {
      loss = validate();
      if (*loss < best_loss_) {
        best_loss_ = *loss;
        write_weights(folder_.path() / "best.safetensors");
      }
    }
    const auto& schedule = config_.schedule;
    if (schedule.name == "step")
      optimiser_->set_learning_rate(StepSchedule{schedule.step_epochs, schedule.factor}.at(
          config_.optimiser.learning_rate, epoch_ + 1));
    if (schedule.name == "plateau")
      optimiser_->set_learning_rate(plateau_.after(loss.value_or(train_loss_), optimiser_->learning_rate()));
    return loss;
  }

  double validate() {
    const NoGradient no_gradient;
    model_.set_training(false);
    double sum = 0;
    for (std::int64_t i = 0; i < valid_->count(); ++i) {
      const Variable film(valid_->batch({i}));
      const Variable output = model_(film);
      sum += mse(output, film).value().item();
      if (i < config_.training.images_logged) log_images(i, film.value(), output.value());
    }
    return sum / double(valid_->count());
  }

  void log_images(std::int64_t index, const Tensor& film, const Tensor& output) {
    Tensor difference = Tensor::empty(film.shape());
    const auto out = difference.mutable_data<float>();
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = 0.5f + 2 * (output.data<float>()[i] - film.data<float>()[i]);
    const auto log = [&](const char* what, const Tensor& image) {
      folder_.events().image(fmt::format("{}/{}", what, index), step_, image_from_tensor(image, 8));
    };
    log("original", film);
    log("output", output);
    log("difference_times_2", difference);
  }

  void record(double rate, const std::optional<double>& valid_loss) {
    folder_.add_metrics(fmt::format("{},{},{},{},{}\n", step_, epoch_ + 1, train_loss_,
                                    valid_loss ? fmt::to_string(*valid_loss) : "", rate));
    folder_.events().scalar("loss/train", step_, train_loss_);
    folder_.events().scalar("learning_rate", step_, rate);
    if (valid_loss) folder_.events().scalar("loss/valid", step_, *valid_loss);
  }

  void save() {
    Checkpoint checkpoint{step_, epoch_, step_in_epoch_, {}, weight_facts()};
    add_with_prefix(checkpoint.tensors, "model", model_.generator.state());
    add_with_prefix(checkpoint.tensors, "optimiser", optimiser_->state());
    add_with_prefix(checkpoint.tensors, "schedule", plateau_.state());
    checkpoint.tensors["progress.best_loss"] = Tensor::scalar(best_loss_, DType::f64);
    checkpoint.tensors["progress.train_loss"] = Tensor::scalar(train_loss_, DType::f64);
    checkpoint.tensors["progress.learning_rate"] = Tensor::scalar(optimiser_->learning_rate(), DType::f64);
    folder_.save(checkpoint);
  }

  void restore(const Checkpoint& checkpoint) {
    step_ = checkpoint.step;
    epoch_ = checkpoint.epoch;
    step_in_epoch_ = checkpoint.step_in_epoch;
    model_.generator.load_state(part_with_prefix(checkpoint.tensors, "model"));
    optimiser_->load_state(part_with_prefix(checkpoint.tensors, "optimiser"));
    plateau_.load_state(part_with_prefix(checkpoint.tensors, "schedule"));
    const State progress = part_with_prefix(checkpoint.tensors, "progress");
    for (const char* name : {"best_loss", "train_loss", "learning_rate"})
      require(progress.contains(name), "checkpoint", "has no progress.{}", name);
    best_loss_ = progress.at("best_loss").item();
    train_loss_ = progress.at("train_loss").item();
    optimiser_->set_learning_rate(progress.at("learning_rate").item());
  }

  /// What `scrim anonymize` needs to know to use the weights.
  std::map<std::string, std::string> weight_facts() const {
    return {{"model", "flow_anonymizer"},
            {"init_features", std::to_string(config_.model.init_features)},
            {"image_size", std::to_string(config_.data.image_size)},
            {"mu", fmt::to_string(config_.model.mu)},
            {"operator", config_.model.op},
            {"trained_by", "pretrain_generator"}};
  }

  void write_weights(const std::filesystem::path& path) {
    write_safetensors(path, {model_.generator.state(), weight_facts()});
  }

  const PretrainConfig& config_;
  FilmSet train_;
  std::optional<FilmSet> valid_;
  FlowAnonymizer model_;
  std::unique_ptr<Optimiser> optimiser_;
  PlateauSchedule plateau_;
  RunFolder folder_;
  std::int64_t steps_in_epoch_ = 0;
  std::int64_t step_ = 0, epoch_ = 0, step_in_epoch_ = 0;
  double train_loss_ = 0, best_loss_ = 1e308;
};

}  // namespace

void check(const PretrainConfig& c) {
  const auto expect = [](bool holds, std::string_view key, const auto& value, std::string_view expected) {
    if (!holds) throw UsageError(fmt::format("[config] {} is {}, expected {}", key, value, expected));
  };
  expect(!c.data.images.empty(), "data.images", "\"\"", "a folder of films");
  expect(c.data.image_size >= 16 && c.data.image_size <= 4096 && c.data.image_size % 16 == 0,
         "data.image_size", c.data.image_size, "16 to 4096, divisible by 16");
  expect(c.model.init_features >= 1 && c.model.init_features <= 256, "model.init_features",
         c.model.init_features, "1 to 256");
  expect(c.model.mu >= 0 && c.model.mu <= 1, "model.mu", c.model.mu, "0 to 1");
  warp_options(c.model.mu, c.model.op);
  expect(c.training.epochs >= 1, "training.epochs", c.training.epochs, "at least 1");
  expect(c.training.batch_size >= 1, "training.batch_size", c.training.batch_size, "at least 1");
  expect(c.training.seed >= 0, "training.seed", c.training.seed, "at least 0");
  expect(c.training.checkpoint_every_steps >= 1, "training.checkpoint_every_steps",
         c.training.checkpoint_every_steps, "at least 1");
  expect(c.training.images_logged >= 0, "training.images_logged", c.training.images_logged, "at least 0");
  const auto& o = c.optimiser;
  expect(o.name == "adam" || o.name == "adamw" || o.name == "sgd", "optimiser.name", o.name,
         "\"adam\", \"adamw\" or \"sgd\"");
  expect(o.learning_rate > 0 && std::isfinite(o.learning_rate), "optimiser.learning_rate", o.learning_rate,
         "above 0");
  expect(o.beta1 >= 0 && o.beta1 < 1, "optimiser.beta1", o.beta1, "0 <= beta1 < 1");
  expect(o.beta2 >= 0 && o.beta2 < 1, "optimiser.beta2", o.beta2, "0 <= beta2 < 1");
  expect(o.epsilon > 0, "optimiser.epsilon", o.epsilon, "above 0");
  expect(o.momentum >= 0 && o.momentum < 1, "optimiser.momentum", o.momentum, "0 <= momentum < 1");
  expect(o.weight_decay >= 0, "optimiser.weight_decay", o.weight_decay, "at least 0");
  const auto& s = c.schedule;
  expect(s.name == "none" || s.name == "step" || s.name == "plateau", "schedule.name", s.name,
         "\"none\", \"step\" or \"plateau\"");
  expect(s.step_epochs >= 1, "schedule.step_epochs", s.step_epochs, "at least 1");
  expect(s.factor > 0 && s.factor < 1, "schedule.factor", s.factor, "above 0 and below 1");
  expect(s.patience >= 0, "schedule.patience", s.patience, "at least 0");
  expect(!c.output.folder.empty(), "output.folder", "\"\"", "a folder");
}

TrainingResult pretrain_generator(const PretrainConfig& config, const std::string& config_text, bool resume,
                                  const std::function<void(const TrainingProgress&)>& progress) {
  check(config);
  return Run(config, config_text, resume).train(progress);
}

}  // namespace scrim
