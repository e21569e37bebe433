// Parts that the results of several evaluations have in common.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "measures/verification.h"

namespace scrim {

using Json = nlohmann::ordered_json;

inline Json interval_json(const std::optional<Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json(nullptr);
}

inline Json number_or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

inline std::string csv_number(const std::optional<double>& value) {
  return value ? fmt::to_string(*value) : "";
}

inline std::string interval_text(const std::optional<Interval>& interval) {
  return interval ? fmt::format("{:.3f} to {:.3f}", interval->low, interval->high) : "no interval";
}

/// Findings are kept when the 95 % interval excludes a larger loss of the mean AUC.
inline constexpr double largest_loss = 0.03;

/// Of pairs: counts, AUC, equal error rate, rates, curve.
Json figures_json(const VerificationFigures& figures);
Json difference_json(const std::optional<Difference>& difference);
/// "AUC 0.912 (0.880 to 0.941)".
std::string auc_text(const VerificationFigures& figures);

}  // namespace scrim
