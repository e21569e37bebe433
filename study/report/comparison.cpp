#include "study/report/comparison.h"

#include <algorithm>
#include <functional>
#include <set>

#include "base/atomic_file.h"
#include "study/report/data.h"
#include "study/report/html.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

Json read_evidence(const fs::path& folder) {
  const fs::path file = folder / "evidence.json";
  if (!fs::exists(file))
    throw UsageError(
        fmt::format("[report] {} has no evidence.json. Finish it with scrim study first", folder.string()));
  const Json json = Json::parse(read_file(file, 256 << 20), nullptr, false);
  require(json.is_object() && json.value("format", "") == "scrim evidence 1", "report",
          "{} is damaged, or of another version", file.string());
  return json;
}

const Json* method_named(const Json& study, const std::string& name) {
  for (const Json& method : study["methods"])
    if (method["name"] == name) return &method;
  return nullptr;
}

/// The kind of pairs on which attackers do best.
const Json* worst_kind(const Json& method) {
  const Json* worst = nullptr;
  const auto auc = [](const Json& kind) {
    return number_of(deciding_figures(kind["strongest"])["auc"]).value_or(0);
  };
  for (const Json& kind : method["kinds"])
    if (!worst || auc(kind) > auc(*worst)) worst = &kind;
  return worst;
}

std::string auc_of(const Json& figures) {
  return figures.is_null() ? "-" : with_interval(figures["auc"], figures["interval_95"]);
}

std::string rate_of(const Json& attack) {
  const Json& rate = attack["strangers"]["rates"][0];
  return with_interval(rate["true_positive_rate"], rate["interval_95"]);
}

std::string change_of(const Json& change) {
  if (change.is_null()) return "-";
  return fmt::format("{:+.3f} ({:+.3f} to {:+.3f})", change["value"].get<double>(),
                     change["interval_95"][0].get<double>(), change["interval_95"][1].get<double>());
}

struct Topic {
  const char* title;
  std::function<std::string(const Json& attack)>
      of_attack;  ///< of raw films' and of a method's strongest attacker
};

}  // namespace

std::string comparison_html(const std::vector<fs::path>& studies) {
  std::vector<Json> all;
  for (const fs::path& study : studies) all.push_back(read_evidence(study));
  std::vector<std::string> header{"method"}, names;
  std::set<std::string> hashes;
  for (std::size_t i = 0; i < all.size(); ++i) {
    header.push_back(
        fmt::format("{}: {}", studies[i].filename().string(), all[i]["title"].get<std::string>()));
    hashes.insert(all[i]["data_sha256"]);
    for (const Json& method : all[i]["methods"])
      if (std::find(names.begin(), names.end(), method["name"]) == names.end())
        names.push_back(method["name"]);
  }

  std::string html;
  html += hashes.size() == 1 ? "<p>The studies tested the same films.</p>\n"
                             : "<p><b>The studies tested different films or lists.</b> Figures are not of "
                               "the same patients: compare "
                               "them with care.</p>\n";
  const auto table = [&](const std::string& title, const std::function<std::string(const Json&)>& raw,
                         const std::function<std::string(const Json&)>& cell) {
    std::vector<std::vector<std::string>> rows;
    const auto add = [&](const std::string& name, const std::function<std::string(const Json&)>& of_study) {
      std::vector<std::string> row{name};
      for (const Json& study : all) row.push_back(of_study(study));
      rows.push_back(std::move(row));
    };
    if (raw) add("raw films", raw);
    for (const auto& name : names)
      add(name, [&](const Json& study) {
        const Json* method = method_named(study, name);
        return method ? cell(*method) : std::string("-");
      });
    html += "<h2>" + title + "</h2>\n" + html_table(header, rows);
  };
  table("Verdict", {}, [](const Json& method) { return method["verdict"].get<std::string>(); });
  const Topic topics[] = {
      {"Strongest attacker's AUC, matched pairs", [](const Json& a) { return auc_of(a["matched"]); }},
      {"Strongest attacker's AUC against all strangers",
       [](const Json& a) { return auc_of(a["strangers"]); }},
      {"Pairs found at 1 % false positives", rate_of},
      {"Rank 1 among all other test films", [](const Json& a) {
         return with_interval(a["search"]["rank_1"], a["search"]["rank_1_interval_95"]);
       }}};
  for (const Topic& topic : topics)
    table(
        topic.title,
        [&](const Json& study) {
          const Json& attack = study["raw"]["strongest"];
          return attack.is_null() ? "-" : topic.of_attack(attack);
        },
        [&](const Json& method) {
          const Json* kind = worst_kind(method);
          return kind ? topic.of_attack((*kind)["strongest"]) : "-";
        });
  table("Change of the mean AUC of findings", {},
        [](const Json& method) { return change_of(method["findings"]["mean_change"]); });
  return html_page(
      "Studies side by side",
      html +
          "<p class=\"small\">Of each method, the kind of pairs on which attackers do best. Intervals "
          "are 95 %, over patients. Not a medical device.</p>\n");
}

}  // namespace scrim
