#include "tools/train_command.h"

#include "tensor/atomic_file.h"
#include "tools/command.h"
#include "tools/config.h"

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

void add_train(CLI::App& app, const Common& common, Outcome&) {
  auto* verb = app.add_subcommand("train", "train a network from a TOML configuration");
  struct Settings {
    std::string config;
    std::vector<std::string> overrides;
    bool resume = false;
  };
  auto settings = std::make_shared<Settings>();
  verb->add_option("config", settings->config, "TOML file; see configs/")->required();
  verb->add_option("--set", settings->overrides, "override a key of the file: --set training.epochs=3")
      ->take_all()
      ->allow_extra_args(false);
  verb->add_flag("--resume", settings->resume, "go on from the run folder's checkpoint, if it has one");
  verb->footer(
      "Tasks (task = \"NAME\" in the file):\n"
      "  train_classifier    DenseNet learns findings\n"
      "  train_verifier      Siamese ResNet learns whether two films show one patient\n"
      "  pretrain_generator  a generator learns to leave films as they are\n"
      "  train_anonymizer    the generator against verifier and classifier\n"
      "  train_segmenter     lungs and heart from masks (U-Net) or landmarks (HybridGNet)\n"
      "  train_sparse_coder  the coder of image sharing gives films back from sparse ternary codes\n"
      "Paths in the file are relative to the current folder. A run killed at any moment and resumed ends "
      "with the same\n"
      "bytes as an undisturbed one.\n\n"
      "Example:\n  scrim train configs/pretrain_generator.toml --set data.images=cohort/images \\\n"
      "      --set data.train_list=cohort/splits/train.txt --set data.valid_list=cohort/splits/valid.txt");
  verb->callback([settings, &common] {
    const TrainingConfig config = read_training_config(settings->config, settings->overrides);
    const TrainingResult result = run_training(config, settings->resume, common.json);
    if (common.json)
      fmt::print(
          "{{\"done\": true, \"steps\": {}, \"train_loss\": {}{}}}\n", result.steps, result.train_loss,
          result.best_valid_loss ? fmt::format(", \"best_valid_loss\": {}", *result.best_valid_loss) : "");
    else
      fmt::print("weights in {}\n", result.weights.string());
  });
}

}  // namespace scrim
