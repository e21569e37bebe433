// The main job on an embedded default: a small study on phantoms, from judges to report.
#include <fmt/core.h>

#include "base/json_line.h"
#include "study/run.h"
#include "tools/command.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

constexpr const char* embedded_study = R"(task = "study"
title = "A first look: a small study on phantoms"
[phantom]
films = 280
size = 64
[data]
image_size = 64
[train_classifier.augmentation]
flip = false
[train_classifier.model]
growth = 8
blocks = [2, 2, 2, 2]
init_features = 16
[train_classifier.training]
epochs = 16
early_stopping = 0
[train_classifier.optimizer]
name = "adam"
learning_rate = 2e-3
weight_decay = 0.0
[train_segmenter.training]
epochs = 4
batch_size = 8
[train_segmenter.optimizer]
learning_rate = 1e-3
[train_verifier.model]
width = 8
layers = [1, 1, 1, 1]
embed = 32
[train_verifier.augmentation]
rotate_degrees = 2.0
scale = 0.04
shift = 0.04
contrast = 0.15
[train_verifier.training]
negatives = "in_batch"
epochs = 40
batch_size = 32
early_stopping = 0
[train_verifier.optimizer]
learning_rate = 1e-3
[pretrain_generator.training]
epochs = 3
batch_size = 8
[pretrain_generator.optimizer]
learning_rate = 1e-3
[train_anonymizer.training]
epochs = 2
batch_size = 16
[train_anonymizer.generator_optimizer]
learning_rate = 1e-3
[train_anonymizer.verifier_optimizer]
learning_rate = 3e-4
[train_anonymizer.classifier_optimizer]
learning_rate = 1e-3
[retrain_verifier.attacker]
width = 8
layers = [1, 1, 1, 1]
embed = 32
seeds = 1
[retrain_verifier.augmentation]
rotate_degrees = 2.0
scale = 0.04
shift = 0.04
contrast = 0.15
[retrain_verifier.embedding]
width = 8
stem_pool = true
embed = 32
starts = 1
epochs = 10
warmup_epochs = 1
early_stopping = 0
batch_size = 64
[retrain_verifier.matching]
starts = 0
[retrain_verifier.restorer]
retrain = false
init_features = 8
epochs = 10
[retrain_verifier.attributes]
epochs = 12
[retrain_verifier.training]
negatives = "in_batch"
epochs = 20
batch_size = 32
early_stopping = 0
[retrain_verifier.optimizer]
learning_rate = 1e-3
[[method]]
name = "flow_field"
method = "flow_field"
mu = 0.1
init_features = 8
[[method]]
name = "noise"
method = "noise"
noise_degree = 0.1
init_features = 8
)";

void run_quickstart(const fs::path& folder, bool json) {
  const Study study =
      parse_study(embedded_study, "the embedded study", {"output.folder=\"" + folder.string() + "\""});
  const fs::path report = run_study(study, json);
  const fs::path weights = study.step_folder(game_step(study.methods.front())) / GameConfig::best_file;
  if (json)
    print_json_line({{"report", report.string()}, {"weights", weights.string()}});
  else
    fmt::print("\nreport     {}\nweights    {}\n", report.string(), weights.string());
}

}  // namespace

void add_quickstart(CLI::App& app, const Common& common, Outcome&) {
  auto* verb = app.add_subcommand("quickstart", "run a small study on phantoms, from data to report");
  auto folder = std::make_shared<std::string>("quickstart-output");
  verb->add_option("-o,--output", *folder, "output folder");
  verb->footer(
      R"(Runs a small study on phantoms: judges, two methods, attackers, report. Run the same command again to continue an interrupted one.

Example:
  scrim quickstart -o first-look)");
  verb->callback([folder, &common] { run_quickstart(*folder, common.json); });
}

}  // namespace scrim
