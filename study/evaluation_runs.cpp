#include "study/evaluation_runs.h"

#include "base/atomic_file.h"
#include "base/config/config.h"
#include "base/json_line.h"
#include "base/progress.h"
#include "models/networks/builtin_weights.h"
#include "models/networks/weight_name.h"
#include "training/loop/run_folder.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

/// Of evaluations that train networks: the bar of each.
template <class Config>
requires requires(const Config& c) {
  c.training;
}
WrittenResult evaluated(const Config& config, bool json) {
  std::unique_ptr<Progress> progress;
  std::string shown;
  return written(evaluate(config, [&](const std::string& attacker, const TrainingProgress& p) {
    if (shown != attacker) {
      progress = std::make_unique<Progress>(attacker, p.steps, Progress::fitting(json));
      shown = attacker;
    }
    progress->update(p.step, fmt::format("epoch {}/{}, loss {:.3f}{}", p.epoch, p.epochs, p.train_loss,
                                         p.valid_loss ? fmt::format(", valid {:.3f}", *p.valid_loss) : ""));
  }));
}
template <class Config>
WrittenResult evaluated(const Config& config, bool) {
  return written(evaluate(config));
}

/// A line for every key that names a file, list, table or weights, with its SHA-256.
template <class Config>
std::string hashes_of_files(Config config) {
  std::string lines;
  visit_fields(config, [&](const char* table, const char* key, const auto& field, const char*) {
    if constexpr (std::is_same_v<decltype(field), const std::string&>) {
      if (is_builtin(field) || fs::is_regular_file(field))
        lines += fmt::format("{} {}.{}\n", sha256_of_weights(field), table, key);
    }
  });
  return lines;
}

/// Makes the folder, or makes sure that what was begun there is this evaluation of the same files.
void claim_folder(const fs::path& folder, const std::string& config_text, const std::string& hashes) {
  std::error_code error;
  fs::create_directories(folder, error);
  require(!error, "evaluate", "{} cannot be made: {}", folder.string(), error.message());
  const auto claim = [&](const char* file, const std::string& text, const char* what) {
    if (!fs::exists(folder / file)) return write_file(folder / file, text);
    const std::string before = read_file(folder / file, 1 << 20);
    if (what_decides_numbers(before) != what_decides_numbers(text))
      throw UsageError(
          fmt::format("[evaluate] {} holds an evaluation {}{} (see its {}). Choose another output.folder",
                      folder.string(), what,
                      before.find("[perturbation]") == std::string::npos ? "" : ", of scrim 0.1", file));
  };
  claim("config.toml", config_text, "with another configuration");
  claim("inputs.txt", hashes, "of other weights, lists or tables under the same names");
}

}  // namespace

EvaluationConfig parse_evaluation_config(const std::string& text, const std::string& name,
                                         const std::vector<std::string>& overrides) {
  return parse_config<EvaluationConfig>(text, name, overrides);
}

std::string print_evaluation_config(EvaluationConfig config) {
  return std::visit([](auto& task) { return print_config(task.task, task); }, config);
}

nlohmann::ordered_json run_evaluation(const EvaluationConfig& config, bool json) {
  const fs::path folder = std::visit([](const auto& task) { return task.folder; }, config);
  claim_folder(folder, print_evaluation_config(config),
               std::visit([](const auto& task) { return hashes_of_files(task); }, config));
  const fs::path results = folder / "results.json", summary = folder / "summary.txt";
  if (!fs::exists(results)) {
    const WrittenResult result = std::visit([&](const auto& task) { return evaluated(task, json); }, config);
    write_file(folder / "results.csv", result.csv);
    if (!result.budgets.is_null()) write_file(folder / "budgets.json", result.budgets.dump(1) + "\n");
    if (!result.scores.tensors.empty()) write_safetensors(folder / "scores.safetensors", result.scores);
    write_file(summary, result.summary);
    write_file(results, result.json.dump(1) + "\n");
  }
  const auto parsed = nlohmann::ordered_json::parse(read_file(results, 256 << 20), nullptr, false);
  require(!parsed.is_discarded(), "evaluate", "{} is damaged. Remove it to measure again", results.string());
  if (json)
    print_json_line(parsed);
  else
    fmt::print("{}results in {}\n", read_file(summary, 1 << 20), folder.string());
  std::fflush(stdout);
  return parsed;
}

}  // namespace scrim
