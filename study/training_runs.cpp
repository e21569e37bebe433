#include "study/training_runs.h"

#include "base/config.h"
#include "base/progress.h"

namespace scrim {

TrainingConfig parse_training_config(const std::string& text, const std::string& name,
                                     const std::vector<std::string>& overrides) {
  return parse_config<TrainingConfig>(text, name, overrides);
}

TrainingConfig read_training_config(const std::filesystem::path& file,
                                    const std::vector<std::string>& overrides) {
  return parse_training_config(read_config_file(file), file.string(), overrides);
}

std::string print_training_config(TrainingConfig config) {
  return std::visit([](auto& task) { return print_config(task.task, task); }, config);
}

TrainingResult run_training(const TrainingConfig& config, bool resume, bool json) {
  std::unique_ptr<Progress> progress;
  const auto show = [&](const TrainingProgress& p) {
    if (json) {
      fmt::print("{{\"step\": {}, \"epoch\": {}, \"train_loss\": {}{}}}\n", p.step, p.epoch, p.train_loss,
                 p.valid_loss ? fmt::format(", \"valid_loss\": {}", *p.valid_loss) : "");
      std::fflush(stdout);
      return;
    }
    if (!progress) progress = std::make_unique<Progress>("train", p.steps, Progress::fitting(json));
    progress->update(p.step, fmt::format("epoch {}/{}, loss {:.3e}{}", p.epoch, p.epochs, p.train_loss,
                                         p.valid_loss ? fmt::format(", valid {:.3e}", *p.valid_loss) : ""));
  };
  return std::visit([&](const auto& task) { return run(task, print_training_config(config), resume, show); },
                    config);
}

}  // namespace scrim
