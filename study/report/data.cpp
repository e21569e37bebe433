#include "study/report/data.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/atomic_file.h"
#include "evaluation/identity/identity_test.h"
#include "tensor/safetensors.h"

namespace scrim {
namespace {

Json read_json(const std::filesystem::path& path) {
  const auto json = Json::parse(read_file(path, 256 << 20), nullptr, false);
  require(!json.is_discarded(), "report", "{} is damaged", path.string());
  return json;
}

/// Attackers' scores of all test films with all, and the pairs that are compared between methods.
class Scores {
 public:
  explicit Scores(const Study& study)
      : study_(study),
        labels_(study.config.labels),
        test_(read_pairs(study.config.test_pairs), read_list(study.config.test_list), &labels_, {}),
        pairs_(test_.stranger_pairs(false)) {}

  std::vector<GroupedCase> cases(const std::string& step, const Json& attack) const {
    const auto path = study_.step_folder(step) / "scores.safetensors";
    const TensorFile file = read_safetensors(path);
    const std::string name = attack["pairs"].get<std::string>() + "/" + attack["attacker"].get<std::string>();
    const auto found = file.tensors.find(name);
    const auto films = std::int64_t(test_.films().size());
    require(found != file.tensors.end() && found->second.shape() == Shape{films, films}, "report",
            "{} has no scores of {} for {} films", path.string(), name, films);
    const auto values = found->second.data<float>();
    return test_.cases({values.begin(), values.end()}, pairs_);
  }

 private:
  const Study& study_;
  LabelTable labels_;
  IdentityTest test_;
  std::vector<IndexedPair> pairs_;
};

/// Every method's changes against raw films, adjusted for how many there are.
void compare(ReportData& data) {
  constexpr std::int64_t draws = 1000;
  const Json* raw = data.raw_attack();
  if (!raw) return;
  const Scores scores(data.study);
  const auto before = scores.cases(raw_attack_step, *raw);
  std::vector<KindResult*> all;
  std::vector<double> p_values;
  for (MethodResults& m : data.methods)
    for (const char* kind : released_kinds)
      if (const Json* attack = strongest_attack(m.attack, kind)) m.kinds.push_back({kind, attack, {}, 1});
  for (MethodResults& m : data.methods)
    for (KindResult& k : m.kinds) {
      k.change = paired_auc_difference(before, scores.cases(attack_step(*m.method), *k.attack), draws,
                                       Random(1, "report"));
      all.push_back(&k);
      p_values.push_back(k.change ? k.change->p_value : 1);
    }
  const auto adjusted = holm_adjusted(p_values);
  for (std::size_t i = 0; i < all.size(); ++i) all[i]->p_adjusted = adjusted[i];
}

Verdict verdict_of(const MethodResults& m) {
  const auto all = [&](auto holds) {
    return !m.kinds.empty() && std::all_of(m.kinds.begin(), m.kinds.end(), holds);
  };
  if (all([](const KindResult& k) {
        const Json& interval = deciding_figures(*k.attack)["interval_95"];
        return !interval.is_null() && interval[1].get<double>() < hides_below;
      }))
    return Verdict::hides;
  if (all([](const KindResult& k) { return k.change && k.change->value < 0 && k.p_adjusted < 0.05; }))
    return Verdict::hinders;
  return Verdict::does_not_hide;
}

}  // namespace

std::vector<std::string> programs_of(const Study& study) {
  std::set<std::string> programs;
  for (const StudyStep& step : study.steps) {
    const std::string hash =
        read_json(study.step_folder(step.name) / "step.json").value("program_sha256", "");
    programs.insert(hash.empty() ? "not known" : hash);
  }
  return {programs.begin(), programs.end()};
}

const char* words_of(Verdict verdict) {
  return verdict == Verdict::hides ? "hides" : verdict == Verdict::hinders ? "hinders" : "does not hide";
}

ReportData::ReportData(const Study& s, std::string hash) : study(s), data_hash(std::move(hash)) {
  const auto results = [&](const std::string& step, const char* file = "results.json") {
    return read_json(s.step_folder(step) / file);
  };
  raw = results(raw_attack_step);
  raw_budgets = results(raw_attack_step, "budgets.json");
  for (const StudyMethod& m : s.methods)
    methods.push_back({&m,
                       results(attack_step(m)),
                       results(findings_step(m)),
                       results(research_step(m)),
                       s.shows_the_film(m) ? results(quality_step(m)) : Json(nullptr),
                       results(attack_step(m), "budgets.json"),
                       s.judges_organs() && s.shows_the_film(m) ? results(organs_step(m)) : Json(nullptr),
                       s.judges_lesions(m) ? results(lesions_step(m)) : Json(nullptr),
                       {}});
  compare(*this);
  for (MethodResults& m : methods) m.verdict = verdict_of(m);
}

const Json* ReportData::raw_attack() const {
  return strongest_attack(raw, "real_real");
}

const KindResult* MethodResults::worst() const {
  const KindResult* worst = nullptr;
  const auto auc = [](const KindResult& k) {
    return number_of(deciding_figures(*k.attack)["auc"]).value_or(0);
  };
  for (const KindResult& k : kinds)
    if (!worst || auc(k) > auc(*worst)) worst = &k;
  return worst;
}

const Json& deciding_figures(const Json& attack) {
  const Json& matched = attack["matched"];
  return matched.is_null() || matched["auc"].is_null() ? attack["strangers"] : matched;
}

std::optional<double> number_of(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

std::string with_interval(const Json& value, const Json& interval) {
  if (value.is_null()) return "-";
  if (interval.is_null()) return fmt::format("{:.3f}", value.get<double>());
  return fmt::format("{:.3f} ({:.3f} to {:.3f})", value.get<double>(), interval[0].get<double>(),
                     interval[1].get<double>());
}

std::string auc_text(const Json& both) {
  return with_interval(both["auc"], both["interval_95"]);
}

std::string change_text(double value, double low, double high) {
  const auto text = [](double x) { return fmt::format("{:+.3f}", std::abs(x) < 0.0005 ? 0.0 : x); };
  return fmt::format("{} ({} to {})", text(value), text(low), text(high));
}

std::string change_text(const std::optional<Difference>& change) {
  if (!change) return "-";
  return change_text(change->value, change->interval.low, change->interval.high);
}

const Json* strongest_attack(const Json& attack, const std::string& kind) {
  if (!attack["summary"].contains(kind)) return nullptr;
  const Json& name = attack["summary"][kind]["strongest_attacker"];
  for (const Json& a : attack["attacks"])
    if (a["pairs"] == kind && a["attacker"] == name) return &a;
  return nullptr;
}

const Json* control_attack(const Json& attack, const std::string& kind) {
  for (const Json& a : attack["attacks"])
    if (a["pairs"] == kind && a["is_control"].get<bool>()) return &a;
  return nullptr;
}

}  // namespace scrim
