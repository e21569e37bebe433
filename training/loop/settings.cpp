#include "training/loop/settings.h"

#include <cmath>

namespace scrim {

void check(const TrainingSettings& t) {
  expect(t.epochs >= 1, "training.epochs", t.epochs, "at least 1");
  expect(t.batch_size >= 1, "training.batch_size", t.batch_size, "at least 1");
  expect(t.seed >= 0, "training.seed", t.seed, "at least 0");
  expect(t.early_stopping >= 0, "training.early_stopping", t.early_stopping, "at least 0");
  expect(t.read_loss_every_steps >= 1 && t.read_loss_every_steps <= 10000, "training.read_loss_every_steps",
         t.read_loss_every_steps, "1 to 10000");
  expect(t.checkpoint_every_steps >= 1, "training.checkpoint_every_steps", t.checkpoint_every_steps,
         "at least 1");
  expect(t.images_logged >= 0, "training.images_logged", t.images_logged, "at least 0");
}

void check(const OptimizerSettings& o, std::string_view table) {
  const auto expect_field = [&](bool holds, const char* key, const auto& value, std::string_view expected) {
    expect(holds, fmt::format("{}.{}", table, key), value, expected);
  };
  expect_field(o.name == "adam" || o.name == "adamw" || o.name == "sgd", "name", o.name,
               "\"adam\", \"adamw\" or \"sgd\"");
  expect_field(o.learning_rate > 0 && std::isfinite(o.learning_rate), "learning_rate", o.learning_rate,
               "above 0");
  expect_field(o.beta1 >= 0 && o.beta1 < 1, "beta1", o.beta1, "0 <= beta1 < 1");
  expect_field(o.beta2 >= 0 && o.beta2 < 1, "beta2", o.beta2, "0 <= beta2 < 1");
  expect_field(o.epsilon > 0, "epsilon", o.epsilon, "above 0");
  expect_field(o.momentum >= 0 && o.momentum < 1, "momentum", o.momentum, "0 <= momentum < 1");
  expect_field(o.weight_decay >= 0, "weight_decay", o.weight_decay, "at least 0");
}

void check(const ScheduleSettings& s) {
  expect(s.name == "none" || s.name == "step" || s.name == "plateau" || s.name == "cosine", "schedule.name",
         s.name, "\"none\", \"step\", \"plateau\" or \"cosine\"");
  expect(s.step_epochs >= 1, "schedule.step_epochs", s.step_epochs, "at least 1");
  expect(s.factor > 0 && s.factor < 1, "schedule.factor", s.factor, "above 0 and below 1");
  expect(s.patience >= 0, "schedule.patience", s.patience, "at least 0");
  expect(s.warmup_epochs >= 0, "schedule.warmup_epochs", s.warmup_epochs, "at least 0");
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerSettings& o, Module& module) {
  if (o.name == "sgd")
    return std::make_unique<Sgd>(module.parameters(), o.learning_rate,
                                 kernels::SgdOptions{o.momentum, o.weight_decay});
  kernels::AdamOptions options{o.beta1, o.beta2, o.epsilon};
  (o.name == "adamw" ? options.decay : options.l2) = o.weight_decay;
  return std::make_unique<Adam>(module.parameters(), o.learning_rate, options);
}

}  // namespace scrim
