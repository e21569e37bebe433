// Reading a training configuration and running its task.
#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "training/tasks/pretrain_generator.h"
#include "training/tasks/train_anonymizer.h"
#include "training/tasks/train_classifier.h"
#include "training/tasks/train_lesion_network.h"
#include "training/tasks/train_segmenter.h"
#include "training/tasks/train_sparse_coder.h"
#include "training/tasks/train_verifier.h"

namespace scrim {

/// Every task of `scrim train`.
using TrainingConfig = std::variant<PretrainConfig, ClassifierConfig, VerifierConfig, GameConfig,
                                    SegmenterConfig, SparseCoderConfig, LesionNetworkConfig>;

/// The configuration of a TOML file with "table.key=value" overrides. Throws UsageError.
TrainingConfig read_training_config(const std::filesystem::path& file,
                                    const std::vector<std::string>& overrides);
/// The same from text; `name` stands in messages.
TrainingConfig parse_training_config(const std::string& text, const std::string& name,
                                     const std::vector<std::string>& overrides);
std::string print_training_config(TrainingConfig config);

/// Runs with a progress display.
TrainingResult run_training(const TrainingConfig& config, bool resume, bool json);

}  // namespace scrim
