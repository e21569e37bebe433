// What a study's report is made from: the results of its steps, what they come to, and texts that its parts share.
#pragma once

#include <nlohmann/json.hpp>

#include "study/plan.h"
#include "study/result_fields.h"

namespace scrim {

/// Kinds of pairs with a released film in them.
inline constexpr const char* released_kinds[] = {"released_real", "released_released"};

/// Set before anything was measured: a method hides patients when the upper end of the 95 % interval of the strongest
/// attacker's AUC, of matched pairs, stays below this for both kinds of pairs.
inline constexpr double hides_below = 0.6;

enum class Verdict { hides, hinders, does_not_hide };
const char* words_of(Verdict verdict);  ///< "hides", "hinders", "does not hide"

/// The strongest attacker on one kind of pairs, and how far he falls behind the strongest on raw films.
struct KindResult {
  std::string kind;
  const Json* attack = nullptr;
  std::optional<Difference> change;  ///< of the AUC, over the same samples of patients
  double p_adjusted = 1;             ///< of the change, Holm over all methods and kinds
};

struct MethodResults {
  const StudyMethod* method;
  Json attack, findings, research;
  Json quality;  ///< null where the method shows another film
  Json budgets;
  Json organs;   ///< null where the study has no masks or the method shows another film
  Json lesions;  ///< null where the study has no masks of findings or the method transplants none
  std::vector<KindResult> kinds;
  Verdict verdict = Verdict::does_not_hide;

  /// The kind on which attackers do best; null when no attack was made.
  const KindResult* worst() const;
};

struct ReportData {
  /// Reads results.json of every step. `data_hash`: of films, lists and labels. Throws Error when one is missing or damaged.
  ReportData(const Study& study, std::string data_hash);

  const Study& study;
  std::string data_hash;
  Json raw, raw_budgets;  ///< the attack on raw films
  std::vector<MethodResults> methods;

  const Json* raw_attack() const;  ///< the strongest on raw films; null when there is none
};

/// SHA-256 of the programs that did the steps of a study, each once.
std::vector<std::string> programs_of(const Study& study);

/// The figures that decide: of matched pairs, where the table allows them, else of all.
const Json& deciding_figures(const Json& attack);
/// Its AUC; nothing where it was not measured.
std::optional<double> number_of(const Json& value);

/// "0.912 (0.880 to 0.941)" of a value and its interval, or "-".
std::string with_interval(const Json& value, const Json& interval);
/// The same of an AUC of findings.
std::string auc_text(const Json& both);
/// "-0.012 (-0.034 to 0.010)".
std::string change_text(double value, double low, double high);
std::string change_text(const std::optional<Difference>& change);
/// The attack on pairs of a kind that validation chose; null when there is none.
const Json* strongest_attack(const Json& attack, const std::string& kind);
/// The control on pairs of a kind; null when there is none.
const Json* control_attack(const Json& attack, const std::string& kind);

}  // namespace scrim
