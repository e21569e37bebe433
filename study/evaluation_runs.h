// Reading an evaluation's configuration, running it, and writing its results.
#pragma once

#include <variant>

#include "study/results.h"

namespace scrim {

/// Every task of `scrim evaluate`.
using EvaluationConfig =
    std::variant<RetrainVerifierConfig, RetrainClassifierConfig, ClassificationConfig, SegmentationConfig,
                 ImageQualityConfig, InversionConfig, AveragingConfig, KeptLesionsConfig>;

/// The configuration from text with "table.key=value" overrides; `name` stands in messages. Throws
/// UsageError.
EvaluationConfig parse_evaluation_config(const std::string& text, const std::string& name,
                                         const std::vector<std::string>& overrides);
std::string print_evaluation_config(EvaluationConfig config);

/// Runs and writes config.toml, results.json and results.csv into the configuration's folder; returns the
/// results. A folder that holds results of this configuration already is read instead; one that was begun
/// with another configuration is refused.
nlohmann::ordered_json run_evaluation(const EvaluationConfig& config, bool json);

}  // namespace scrim
