// What a study's report is made from: the results of its steps, and texts that tables, cards and plots share.
#pragma once

#include <nlohmann/json.hpp>

#include "study/plan.h"
#include "study/result_fields.h"

namespace scrim {

/// Kinds of pairs with a released film in them.
inline constexpr const char* released_kinds[] = {"released_real", "released_released"};

struct MethodResults {
  const StudyMethod* method;
  Json attack, findings, quality;
};

struct ReportData {
  /// Reads results.json of every step. `data_hash`: of films, lists and labels. Throws Error when one is missing or damaged.
  ReportData(const Study& study, std::string data_hash);

  const Study& study;
  std::string data_hash;
  Json raw;  ///< the attack on raw films
  std::vector<MethodResults> methods;
};

/// "0.912 (0.880 to 0.941)" of the strongest attacker on pairs of a kind, or "-".
std::string strongest_text(const Json& attack, const char* kind);
/// The learned attackers over their seeds, or "-".
std::string learned_text(const Json& attack, const char* kind);
/// An AUC and its interval, or "-".
std::string auc_text(const Json& both);
/// The attack on pairs of a kind that validation chose; null when there is none.
const Json* strongest_attack(const Json& attack, const std::string& kind);

}  // namespace scrim
