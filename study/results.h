// Results of evaluations as JSON, as comma-separated text, and as lines for the terminal. The JSON is what
// reports are made from.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "evaluation/identity/retrain_verifier.h"
#include "evaluation/tasks/classification.h"
#include "evaluation/tasks/image_quality.h"
#include "evaluation/tasks/kept_lesions.h"
#include "evaluation/tasks/restoration.h"
#include "evaluation/tasks/retrain_classifier.h"
#include "evaluation/tasks/segmentation.h"

namespace scrim {

/// Grows when results.json changes its form: a study measures again what an older program wrote.
inline constexpr int results_format = 5;

struct WrittenResult {
  nlohmann::ordered_json json;
  std::string csv;      ///< a header and a line a figure
  std::string summary;  ///< for a person, some lines
  nlohmann::ordered_json
      budgets;        ///< of attackers: films, steps, seconds; apart, since times differ between runs
  TensorFile scores;  ///< of attackers, for differences between methods; empty for other evaluations
};

WrittenResult written(const VerificationResult& result);
WrittenResult written(const ClassificationResult& result);
WrittenResult written(const RetrainedClassifierResult& result);
WrittenResult written(const ImageQualityResult& result);
WrittenResult written(const KeptLesionsResult& result);
WrittenResult written(const RestorationResult& result);
WrittenResult written(const SegmentationResult& result);

}  // namespace scrim
