// The folder of a training run:
//   config.toml             the complete effective configuration
//   metrics.csv             a line a step; the same run gives the same bytes
//   events.out.tfevents.1   the same for TensorBoard, with images
//   checkpoint.safetensors  everything needed to go on; replaced as a whole
//   best.safetensors        the weights with the lowest validation loss
//   weights.safetensors     the weights at the end: where it is, the run is complete
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "layers/module.h"
#include "tensor/safetensors.h"
#include "training/loop/event_file.h"

namespace scrim {

/// A configuration (TOML) without the keys that change no result (how steps are queued on a GPU). Two configurations that are
/// equal in the rest give the same run.
std::string what_decides_numbers(const std::string& config);

struct Checkpoint {
  std::int64_t step = 0, epoch = 0, step_in_epoch = 0;
  State tensors;                             ///< "model.NAME", "optimizer.NAME", ...
  std::map<std::string, std::string> facts;  ///< further metadata
};

class RunFolder {
 public:
  /// Opens `folder` for a run with this configuration (TOML). Without `resume` the folder must hold no run
  /// yet; with it what_decides_numbers() must be what the run began with, and a checkpoint is found when
  /// one was written.
  RunFolder(std::filesystem::path folder, const std::string& config, bool resume);

  const std::filesystem::path& path() const { return folder_; }
  const std::optional<Checkpoint>& resumed_from() const { return checkpoint_; }
  bool is_complete() const;

  EventFile& events() { return *events_; }
  void add_metrics(std::string_view line) { metrics_->append(line); }
  bool metrics_are_new() const { return metrics_->bytes() == 0; }

  /// After this a killed run goes on from here. Throws Error, and keeps the checkpoint before, when a tensor
  /// holds a value that is not finite.
  void save(const Checkpoint& checkpoint);

 private:
  std::filesystem::path folder_;
  std::optional<Checkpoint> checkpoint_;
  std::unique_ptr<AppendingFile> metrics_;
  std::unique_ptr<EventFile> events_;
};

/// The tensors of `state` under "prefix.", and back.
void add_with_prefix(State& target, const std::string& prefix, const State& state);
State part_with_prefix(const State& state, const std::string& prefix);

}  // namespace scrim
