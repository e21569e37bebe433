// Reading a training configuration and running its task.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "training/pretrain_generator.h"

namespace scrim {

/// The configuration of a TOML file with "table.key=value" overrides. Throws UsageError.
PretrainConfig read_training_config(const std::filesystem::path& file,
                                    const std::vector<std::string>& overrides);
/// The same from text; `name` stands in messages.
PretrainConfig parse_training_config(const std::string& text, const std::string& name,
                                     const std::vector<std::string>& overrides);
std::string print_training_config(PretrainConfig config);

/// Runs with a progress display; prints where the weights are.
TrainingResult run_training(const PretrainConfig& config, bool resume, bool json);

}  // namespace scrim
