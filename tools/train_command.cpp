#include <fmt/core.h>

#include "base/json_line.h"
#include "study/training_runs.h"
#include "tools/command.h"

namespace scrim {

void add_train(CLI::App& app, const Common& common, Outcome&) {
  auto* verb = app.add_subcommand("train", "train a network from a TOML configuration");
  struct Settings {
    std::string config;
    std::vector<std::string> overrides;
    bool resume = false;
  };
  auto settings = std::make_shared<Settings>();
  verb->add_option("config", settings->config, "TOML file, see configs/")->required();
  add_set_option(*verb, settings->overrides, "override a key of the file, for example training.epochs=3");
  verb->add_flag("--resume", settings->resume, "continue from the checkpoint in the run folder");
  verb->footer(R"(Tasks (task = "NAME" in the file):
  train_classifier    DenseNet: findings
  train_verifier      Siamese ResNet: do two films show the same patient?
  pretrain_generator  a generator learns to reproduce films
  train_anonymizer    generator against verifier and classifier
  train_segmenter     lungs and heart, from masks (U-Net) or landmarks (HybridGNet)
  train_sparse_coder  the coder for image sharing

Paths in the file are relative to the current folder. A run that was killed and resumed ends with the same weights, byte for byte, as one that ran through.

Example:
  scrim train configs/pretrain_generator.toml --set data.images=cohort/images \
      --set data.train_list=cohort/splits/train.txt --set data.valid_list=cohort/splits/valid.txt)");
  verb->callback([settings, &common] {
    const TrainingConfig config = read_training_config(settings->config, settings->overrides);
    const TrainingResult result = run_training(config, settings->resume, common.json);
    if (!common.json) return fmt::print("weights in {}\n", result.weights.string());
    nlohmann::ordered_json line{{"done", true}, {"steps", result.steps}, {"train_loss", result.train_loss}};
    if (result.best_valid_loss) line["best_valid_loss"] = *result.best_valid_loss;
    print_json_line(line);
  });
}

}  // namespace scrim
