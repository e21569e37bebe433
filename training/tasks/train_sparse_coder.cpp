#include "training/tasks/train_sparse_coder.h"

#include <cmath>
#include <numeric>

#include "autograd/ops/binary.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/permute.h"
#include "autograd/ops/unary.h"
#include "films/patches.h"
#include "tensor/compute_device.h"
#include "training/loop/film_images.h"
#include "training/loop/step_runner.h"

namespace scrim {
namespace {

constexpr double loss_to_skip = 5;

struct CoderBatch {
  Tensor patches;
  Tensor channels;  ///< what dropout leaves of them, or undefined

  template <class Visit>
  void for_each_tensor(Visit&& visit) {
    for (Tensor* tensor : {&patches, &channels}) visit(*tensor);
  }
};

class SparseCoderTask : public TrainingTask {
 public:
  explicit SparseCoderTask(const SparseCoderConfig& config)
      : config_(config),
        films_(read_films(config.data, config.lists)),
        network_(build(config.model, initializer_of(config.training))),
        learner_("coder", coder_, config.optimizer) {}

  std::int64_t examples() const override { return films_.train.count(); }

  std::vector<ValidColumn> valid_columns() const override {
    if (!films_.valid) return {};
    if (config_.signs == 0) return {{"loss", "best"}};
    return {{"values_loss", ""}, {"signs_loss", "best"}};
  }

  std::unique_ptr<StepRunner> steps() override {
    return step_runner<CoderBatch>(
        {.read = [this](const Batch& batch) { return make(batch); },
         .work =
             [this](const CoderBatch& taken, const Batch& batch) {
               coder_.set_training(true);
               return std::vector{learner_.step(
                   [&] { return loss(taken, clamp_limit(batch.step), teaches_signs(batch.step)); },
                   loss_to_skip)};
             },
         .variant =
             [this](const Batch& batch) {
               return fmt::format("{} {} ", clamp_limit(batch.step), teaches_signs(batch.step));
             }});
  }

  /// Steps of signs are spread evenly over the run: step s is one where s * share passes a whole number.
  bool teaches_signs(std::int64_t step) const {
    const double place = double(step) * config_.signs;
    return std::floor(place + config_.signs) > std::floor(place);
  }

  std::vector<double> validate(std::int64_t step, EventFile& events) override {
    const NoGradient no_gradient;
    coder_.set_training(false);
    double values_sum = 0, signs_sum = 0;
    const std::int64_t count = films_.valid->count();
    for (std::int64_t i = 0; i < count; ++i) {
      const Tensor film = to_compute_device(films_.valid->batch({i})), patches = patches_from(film);
      const TernaryCode code = coder_.encode(patches);
      const Variable from_values = clamp(coder_.decode(code), 0, 1);
      values_sum += mse(from_values, patches).value().item();
      Variable shown = from_values;
      if (config_.signs > 0) {
        shown = clamp(coder_.decode(coder_.signs_alone(code)), 0, 1);
        signs_sum += mse(shown, patches).value().item();
      }
      if (i < config_.training.images_logged)
        log_before_and_after(events, i, step, film,
                             film_of_patches(shown.value(), film.size(1), film.size(2)));
    }
    if (config_.signs == 0) return {values_sum / double(count)};
    return {values_sum / double(count), signs_sum / double(count)};
  }

  std::vector<Learner*> learners() override { return {&learner_}; }

  std::map<std::string, TensorFile> weights() const override {
    return {{"", weight_file(coder_.state(), facts_of(config_.model), config_.data.image_size,
                             SparseCoderConfig::task)}};
  }

 private:
  Variable loss(const CoderBatch& batch, double limit, bool signs) {
    TernaryCode code = coder_.encode(batch.patches, batch.channels);
    if (signs) {
      const TernaryCode ternary = coder_.signs_alone(code);
      code.positive = straight_through(code.positive, ternary.positive);
      code.negative = straight_through(code.negative, ternary.negative);
    }
    return mse(clamp(coder_.decode(code), -limit, limit), batch.patches);
  }

  Tensor patches_from(const Tensor& films) const {
    return patches_from_images(Variable(films), config_.model.patch_size).value();
  }

  CoderBatch make(const Batch& batch) const {
    const Tensor patches = patches_of(batch);
    return {patches, channel_mask(patches.size(0), batch.step)};
  }

  /// A function of seed, step and films.
  Tensor patches_of(const Batch& batch) const {
    const NoGradient no_gradient;
    const Tensor all = patches_from(films_.train.batch(batch.examples));
    const auto films = std::int64_t(batch.examples.size()), of_film = all.size(0) / films,
               wanted = config_.patches_per_film;
    if (wanted == 0 || wanted >= of_film) return all;
    Random random = Random(std::uint64_t(config_.training.seed), "patches").split(std::uint64_t(batch.step));
    std::vector<std::int64_t> chosen;
    for (std::int64_t film = 0; film < films; ++film) {
      std::vector<std::int64_t> order(static_cast<std::size_t>(of_film));
      std::iota(order.begin(), order.end(), film * of_film);
      for (std::int64_t i = 0; i < wanted; ++i) {
        std::swap(order[std::size_t(i)], order[std::size_t(i + random.below(of_film - i))]);
        chosen.push_back(order[std::size_t(i)]);
      }
    }
    return chosen_patches(all, chosen);
  }

  /// Dropout of whole channels after the projection, [patches, c*m]; a function of seed and step.
  Tensor channel_mask(std::int64_t patches, std::int64_t step) const {
    const double p = config_.model.dropout;
    if (p == 0) return {};
    const Random random = Random(std::uint64_t(config_.training.seed), "dropout").split(std::uint64_t(step));
    Tensor mask = Tensor::empty({patches, config_.model.num_proj_channels * config_.model.num_code_maps});
    const auto values = mask.mutable_data<float>();
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = random.uniform_at(i) < p ? 0.0f : float(1 / (1 - p));
    return mask;
  }

  const SparseCoderConfig& config_;
  TrainAndValid films_;
  std::unique_ptr<SparseTernaryCoder> network_;
  SparseTernaryCoder& coder_ = *network_;
  Learner learner_;
};

}  // namespace

Variable straight_through(const Variable& to, const Variable& from) {
  return to + Variable((Variable(from.value()) - Variable(to.value())).value());
}

void check(const SparseCoderConfig& c) {
  check(c.data, 1);
  check(c.model, "model");
  expect(2 * c.data.image_size > c.model.patch_size, "data.image_size", c.data.image_size,
         fmt::format("more than half of model.patch_size, {}", c.model.patch_size));
  check_range("training", "signs", c.signs, 0, 1);
  expect(c.patches_per_film >= 0, "training.patches_per_film", c.patches_per_film, "at least 0");
  check_run_fields(c);
}

TrainingResult run(const SparseCoderConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress) {
  check(config);
  SparseCoderTask task(config);
  return run_training_loop(task, loop_settings(config, config.schedule, config_text, resume), progress);
}

}  // namespace scrim
