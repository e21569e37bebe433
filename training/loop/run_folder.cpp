#include "training/loop/run_folder.h"

#include <charconv>

#include "base/atomic_file.h"
#include "base/strings.h"

namespace scrim {
namespace {

std::int64_t number(const std::map<std::string, std::string>& facts, const std::string& key) {
  const auto entry = facts.find(key);
  require(entry != facts.end(), "checkpoint", "says no {}", key);
  std::int64_t value = 0;
  const auto [end, error] =
      std::from_chars(entry->second.data(), entry->second.data() + entry->second.size(), value);
  require(error == std::errc() && *end == 0 && value >= 0, "checkpoint", "{} is \"{}\", expected a number",
          key, entry->second);
  return value;
}

}  // namespace

void add_with_prefix(State& target, const std::string& prefix, const State& state) {
  for (const auto& [name, tensor] : state) target[prefix + "." + name] = tensor;
}

State part_with_prefix(const State& state, const std::string& prefix) {
  State part;
  for (const auto& [name, tensor] : state)
    if (name.starts_with(prefix + ".")) part[name.substr(prefix.size() + 1)] = tensor;
  return part;
}

std::string what_decides_numbers(const std::string& config) {
  std::string rest;
  for (const std::string_view line : split_lines(config))
    if (!line.starts_with("read_loss_every_steps =") && !line.starts_with("cuda_graph ="))
      rest += std::string(line) + '\n';
  return rest;
}

RunFolder::RunFolder(std::filesystem::path folder, const std::string& config, bool resume)
    : folder_(std::move(folder)) {
  const auto config_path = folder_ / "config.toml", checkpoint_path = folder_ / "checkpoint.safetensors";
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  require(!error, "train", "{} cannot be made: {}", folder_.string(), error.message());
  if (std::filesystem::exists(config_path)) {
    if (!resume)
      throw UsageError(fmt::format(
          "[train] {} already holds a run. Add --resume, or choose another output.folder", folder_.string()));
    const std::string before = read_file(config_path, 1 << 20);
    if (what_decides_numbers(before) != what_decides_numbers(config))
      throw UsageError(fmt::format(
          "[train] the configuration differs from config.toml of the run in {}{}", folder_.string(),
          before.find("optimiser") == std::string::npos
              ? ""
              : ". That run is of scrim 0.1: choose another output.folder, or finish it with scrim 0.1"));
  } else {
    write_file(config_path, config);
  }

  std::uint64_t metrics_bytes = 0, event_bytes = 0;
  if (std::filesystem::exists(checkpoint_path)) {
    TensorFile file = read_safetensors(checkpoint_path);
    checkpoint_ = Checkpoint{number(file.metadata, "step"), number(file.metadata, "epoch"),
                             number(file.metadata, "step_in_epoch"), std::move(file.tensors), file.metadata};
    metrics_bytes = std::uint64_t(number(file.metadata, "metrics_bytes"));
    event_bytes = std::uint64_t(number(file.metadata, "event_bytes"));
  }
  metrics_ = std::make_unique<AppendingFile>(folder_ / "metrics.csv", metrics_bytes);
  events_ = std::make_unique<EventFile>(folder_ / "events.out.tfevents.1", event_bytes);
}

bool RunFolder::is_complete() const {
  return std::filesystem::exists(folder_ / "weights.safetensors");
}

void RunFolder::save(const Checkpoint& checkpoint) {
  for (const auto& [name, tensor] : checkpoint.tensors)
    require((tensor.dtype() != DType::f32 && tensor.dtype() != DType::f64) || is_finite(tensor), "checkpoint",
            "{} has a value that is NaN or infinite. The checkpoint before it is kept", name);
  metrics_->sync();
  events_->file().sync();
  TensorFile file{checkpoint.tensors, checkpoint.facts};
  file.metadata["step"] = std::to_string(checkpoint.step);
  file.metadata["epoch"] = std::to_string(checkpoint.epoch);
  file.metadata["step_in_epoch"] = std::to_string(checkpoint.step_in_epoch);
  file.metadata["metrics_bytes"] = std::to_string(metrics_->bytes());
  file.metadata["event_bytes"] = std::to_string(events_->file().bytes());
  write_safetensors(folder_ / "checkpoint.safetensors", file);
}

}  // namespace scrim
