#include "study/training_runs.h"

#include "base/config/config.h"
#include "base/json_line.h"
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
      nlohmann::ordered_json line{{"step", p.step}, {"epoch", p.epoch}, {"train_loss", p.train_loss}};
      if (p.valid_loss) line["valid_loss"] = *p.valid_loss;
      return print_json_line(line);
    }
    if (!progress) progress = std::make_unique<Progress>("train", p.steps, Progress::fitting(json));
    progress->update(p.step, fmt::format("epoch {}/{}, loss {:.3e}{}", p.epoch, p.epochs, p.train_loss,
                                         p.valid_loss ? fmt::format(", valid {:.3e}", *p.valid_loss) : ""));
  };
  return std::visit([&](const auto& task) { return run(task, print_training_config(config), resume, show); },
                    config);
}

}  // namespace scrim
