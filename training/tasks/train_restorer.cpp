#include "training/tasks/train_restorer.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/unary.h"
#include "tensor/compute_device.h"
#include "training/loop/film_images.h"
#include "training/loop/step_runner.h"

namespace scrim {
namespace {

struct RestorerBatch {
  Tensor released, real;

  template <class Visit>
  void for_each_tensor(Visit&& visit) {
    for (Tensor* tensor : {&released, &real}) visit(*tensor);
  }
};

class RestorerTask : public TrainingTask {
 public:
  RestorerTask(const RestorerTraining& settings, const ReleasedPairs& train, const ReleasedPairs* valid)
      : settings_(settings),
        train_(train),
        valid_(valid),
        network_(build(settings.model, initializer_of(settings.training))),
        learner_("restorer", *network_, settings.optimizer) {}

  std::int64_t examples() const override { return train_.real.count(); }
  std::vector<ValidColumn> valid_columns() const override {
    return valid_ ? std::vector<ValidColumn>{{"loss", "best"}} : std::vector<ValidColumn>{};
  }

  std::unique_ptr<StepRunner> steps() override {
    return step_runner<RestorerBatch>(
        {.read = [this](const Batch& batch) { return make(batch); },
         .work =
             [this](const RestorerBatch& batch, const Batch&) {
               network_->set_training(true);
               const Variable y(batch.released);
               return std::vector{learner_.step([&] { return mse(y + (*network_)(y), batch.real); })};
             }});
  }

  std::vector<double> validate(std::int64_t step, EventFile& events) override {
    const NoGradient no_gradient;
    network_->set_training(false);
    double sum = 0;
    for (std::int64_t i = 0; i < valid_->real.count(); ++i) {
      const Tensor released = to_compute_device(valid_->released.film(i)),
                   restored = restored_films(*network_, released);
      sum += mse(Variable(restored), to_compute_device(valid_->real.film(i))).value().item();
      if (i < settings_.training.images_logged) log_before_and_after(events, i, step, released, restored);
    }
    return {sum / double(valid_->real.count())};
  }

  std::vector<Learner*> learners() override { return {&learner_}; }
  std::map<std::string, TensorFile> weights() const override {
    return {{"", weight_file(network_->state(), facts_of(settings_.model), settings_.image_size,
                             RestorerTraining::task)}};
  }

 private:
  RestorerBatch make(const Batch& batch) const {
    const Random random =
        Random(std::uint64_t(settings_.training.seed), "augmentation").split(std::uint64_t(batch.epoch));
    const auto count = std::int64_t(batch.examples.size());
    const auto both = [&](auto&& film_of) {
      return batch_of(count, settings_.image_size, [&](std::int64_t i) {
        const std::int64_t film = batch.examples[std::size_t(i)];
        return changed_film(film_of(film),
                            draw_change(settings_.augmentation, random.split(std::uint64_t(film))));
      });
    };
    return {both([&](std::int64_t film) {
              return train_.fresh_film ? train_.fresh_film(film, std::uint64_t(batch.epoch))
                                       : train_.released.film(film);
            }),
            both([&](std::int64_t film) { return train_.real.film(film); })};
  }

  const RestorerTraining& settings_;
  const ReleasedPairs& train_;
  const ReleasedPairs* valid_;
  std::unique_ptr<UNet> network_;
  Learner learner_;
};

}  // namespace

TrainingResult train_restorer(const RestorerTraining& settings, const ReleasedPairs& train,
                              const ReleasedPairs* valid, const std::string& config_text, bool resume,
                              const std::function<void(const TrainingProgress&)>& progress) {
  RestorerTask task(settings, train, valid);
  const LoopSettings loop{settings.training, settings.schedule, settings.folder, config_text, resume, {}};
  return run_training_loop(task, loop, progress);
}

Tensor restored_films(UNet& restorer, const Tensor& released) {
  const NoGradient no_gradient;
  const Variable y(released);
  return clamp(y + restorer(y), 0, 1).value();
}

}  // namespace scrim
