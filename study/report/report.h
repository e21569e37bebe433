// The report of a study: one HTML page without external parts, and a card beside each generator's weights.
#pragma once

#include <filesystem>
#include <string>

#include "study/plan.h"

namespace scrim {

/// Writes report.html and evidence.json into the study's folder from the results of its steps, and card.md into every
/// generator's step; returns the page. `data_hash`: of films, lists and labels.
std::filesystem::path write_study_report(const Study& study, const std::string& data_hash);

}  // namespace scrim
