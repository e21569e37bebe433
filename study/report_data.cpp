#include "study/report_data.h"

#include "base/atomic_file.h"

namespace scrim {
namespace {

Json read_json(const std::filesystem::path& path) {
  const auto json = Json::parse(read_file(path, 256 << 20), nullptr, false);
  require(!json.is_discarded(), "report", "{} is damaged", path.string());
  return json;
}

std::string with_interval(double value, const Json& interval) {
  if (interval.is_null()) return fmt::format("{:.3f}", value);
  return fmt::format("{:.3f} ({:.3f} to {:.3f})", value, interval[0].get<double>(),
                     interval[1].get<double>());
}

}  // namespace

ReportData::ReportData(const Study& s, std::string hash) : study(s), data_hash(std::move(hash)) {
  const auto results = [&](const std::string& step) {
    return read_json(s.step_folder(step) / "results.json");
  };
  raw = results(raw_attack_step);
  for (const StudyMethod& m : s.methods)
    methods.push_back({&m, results(attack_step(m)), results(findings_step(m)), results(quality_step(m))});
}

std::string strongest_text(const Json& attack, const char* kind) {
  if (!attack["summary"].contains(kind)) return "-";
  const Json& s = attack["summary"][kind];
  return with_interval(s["strongest_auc"], s["strongest_interval_95"]);
}

std::string learned_text(const Json& attack, const char* kind) {
  if (!attack["summary"].contains(kind) || !attack["summary"][kind].contains("learned")) return "-";
  const Json& s = attack["summary"][kind]["learned"];
  if (s["attackers"] == 1) return fmt::format("{:.3f}, one attacker", s["mean_auc"].get<double>());
  return fmt::format("{:.3f} ± {:.3f}, at most {:.3f}", s["mean_auc"].get<double>(),
                     s["deviation"].get<double>(), s["maximum_auc"].get<double>());
}

std::string auc_text(const Json& both) {
  return both["auc"].is_null() ? "-" : with_interval(both["auc"], both["interval_95"]);
}

const Json* strongest_attack(const Json& attack, const std::string& kind) {
  if (!attack["summary"].contains(kind)) return nullptr;
  const Json& name = attack["summary"][kind]["strongest_attacker"];
  for (const Json& a : attack["attacks"])
    if (a["pairs"] == kind && a["attacker"] == name) return &a;
  return nullptr;
}

}  // namespace scrim
