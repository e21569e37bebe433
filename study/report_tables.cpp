#include "study/report_tables.h"

#include <algorithm>

#include "study/html.h"
#include "study/svg_plot.h"

namespace scrim {
namespace {

double raw_auc(const ReportData& data) {
  return data.raw["summary"]["real_real"]["strongest_auc"];
}

/// The kind of pairs with a released film in them that attackers do best on.
const char* worst_kind(const MethodResults& m) {
  const auto auc = [&](const char* kind) { return m.attack["summary"][kind]["strongest_auc"].get<double>(); };
  return auc(released_kinds[0]) >= auc(released_kinds[1]) ? released_kinds[0] : released_kinds[1];
}
double auc_of(const MethodResults& m) {
  return m.attack["summary"][worst_kind(m)]["strongest_auc"];
}

double loss_of(const MethodResults& m) {
  const Json &before = m.findings["mean_before"]["auc"], &after = m.findings["mean_after"]["auc"];
  return before.is_null() || after.is_null() ? 0 : before.get<double>() - after.get<double>();
}

/// Of the strongest attacker.
std::string retrieval_text(const Json& attack, const std::string& kind) {
  const Json* a = strongest_attack(attack, kind);
  if (!a || (*a)["search"]["rank_1"].is_null()) return "-";
  return fmt::format("{:.2f}, {:.2f}", (*a)["search"]["rank_1"].get<double>(),
                     (*a)["search"]["map_at_r"].get<double>());
}

Curve roc_of(const Json& attack, const std::string& kind, const std::string& label) {
  Curve curve{label, {}, false, {}};
  const Json* a = strongest_attack(attack, kind);
  if (!a) return curve;
  curve.label += fmt::format(" ({})", (*a)["family"].get<std::string>());
  std::vector<std::pair<double, double>> low;
  for (const Json& place : (*a)["strangers"]["roc"]) {
    if (place["true_positive_rate"].is_null()) continue;
    const double at = place["false_positive_rate"];
    curve.points.emplace_back(at, place["true_positive_rate"]);
    if (place["interval_95"].is_null()) continue;
    curve.band.emplace_back(at, place["interval_95"][1]);
    low.emplace_back(at, place["interval_95"][0]);
  }
  curve.band.insert(curve.band.end(), low.rbegin(), low.rend());
  return curve;
}

}  // namespace

std::string summary_html(const ReportData& data) {
  std::string text =
      "<p>Attackers decide whether two films show the same patient. An AUC of 0.5 is guessing, 1 is "
      "certainty. Learned attackers were retrained on the output of each method. No patient of the test was "
      "in their training. One more attacker needs no training and compares structures. For each method the "
      "strongest attacker counts.</p>\n";
  text += fmt::format(
      "<p>On raw films the strongest attacker ({}) reaches <b>{}</b> on {} films of {} patients.</p>\n",
      escaped(data.raw["summary"]["real_real"]["strongest_attacker"].get<std::string>()),
      strongest_text(data.raw, "real_real"), data.raw["test_films"].get<std::int64_t>(),
      data.raw["test_patients"].get<std::int64_t>());
  const MethodResults* best = nullptr;
  for (const MethodResults& m : data.methods)
    if (loss_of(m) <= 0.03 && (!best || auc_of(m) < auc_of(*best))) best = &m;
  if (best && raw_auc(data) - auc_of(*best) < 0.01)
    text += "<p>No method with a loss of findings of at most 0.03 (mean AUC) hinders attackers.</p>\n";
  else if (best)
    text += fmt::format(
        "<p>Of the methods with a loss of findings of at most 0.03 (mean AUC), <b>{}</b> hinders attackers "
        "most. Their AUC is {} (pairs {}), {:+.3f} compared with raw films. The loss is {:.3f}.</p>\n",
        escaped(best->method->name), strongest_text(best->attack, worst_kind(*best)), worst_kind(*best),
        auc_of(*best) - raw_auc(data), loss_of(*best));
  else if (!data.methods.empty())
    text += "<p>Every method costs more than 0.03 of the classifier's mean AUC.</p>\n";
  return text +
         "<p>This report does not cover stronger attackers, attackers with more films of a patient, or "
         "attackers who know more than the method. It does not cover other findings, machines or hospitals. "
         "An AUC near 0.5 means that these attackers failed. Others may succeed.</p>\n";
}

std::string trade_off_html(const ReportData& data) {
  Plot plot{"Privacy and utility",
            "strongest attacker's AUC (left is more private)",
            "mean AUC of findings",
            {},
            {},
            {},
            false};
  if (!data.methods.empty() && !data.methods[0].findings["mean_before"]["auc"].is_null())
    plot.curves.push_back(
        {"raw films", {{raw_auc(data), data.methods[0].findings["mean_before"]["auc"]}}, true});
  for (const MethodResults& m : data.methods)
    if (!m.findings["mean_after"]["auc"].is_null())
      plot.curves.push_back({m.method->name, {{auc_of(m), m.findings["mean_after"]["auc"]}}, true});
  plot.x_range = {0.45, 1.0};
  return "<h2>Trade-off</h2>\n<div class=\"plots\">" + svg(plot) + "</div>\n";
}

std::string privacy_html(const ReportData& data) {
  std::vector<std::vector<std::string>> rows;
  rows.push_back({"raw films", "real_real", strongest_text(data.raw, "real_real"),
                  data.raw["summary"]["real_real"]["strongest_attacker"], learned_text(data.raw, "real_real"),
                  retrieval_text(data.raw, "real_real")});
  for (const MethodResults& m : data.methods)
    for (const char* kind : released_kinds)
      if (m.attack["summary"].contains(kind))
        rows.push_back({m.method->name, kind, strongest_text(m.attack, kind),
                        m.attack["summary"][kind]["strongest_attacker"], learned_text(m.attack, kind),
                        retrieval_text(m.attack, kind)});
  return "<h2>Privacy</h2>\n<p>AUC of the strongest attacker, with a 95 % interval over patients. Learned "
         "attackers: mean and deviation over seeds. P@1 and mAP@R: the best attacker in a search for a "
         "patient among the test films.</p>\n" +
         html_table({"method", "pairs", "strongest AUC", "attacker", "learned", "P@1, mAP@R"}, rows);
}

std::string utility_html(const ReportData& data) {
  std::vector<std::vector<std::string>> rows, findings;
  for (const MethodResults& m : data.methods) {
    const Json& q = m.quality;
    rows.push_back(
        {m.method->name, auc_text(m.findings["mean_before"]), auc_text(m.findings["mean_after"]),
         fmt::format("{:+.3f}", -loss_of(m)),
         q["mean_psnr_db"].is_null() ? "-" : fmt::format("{:.1f}", q["mean_psnr_db"].get<double>()),
         fmt::format("{:.4f}, {:.4f}", q["mean_ssim"].get<double>(), q["worst_ssim"].get<double>()),
         fmt::format("{:.2f}", q["largest_displacement_pixels"].get<double>()),
         fmt::format("{:.0f} %", 100 * q["mean_changed_share"].get<double>())});
  }
  std::vector<std::string> header{"finding", "films", "before"};
  for (const MethodResults& m : data.methods) header.push_back(m.method->name);
  if (!data.methods.empty())
    for (std::size_t i = 0; i < data.methods[0].findings["findings"].size(); ++i) {
      const Json& f = data.methods[0].findings["findings"][i];
      if (f["before"]["auc"].is_null()) continue;
      std::vector<std::string> row{f["finding"], std::to_string(f["positives"].get<std::int64_t>()),
                                   fmt::format("{:.3f}", f["before"]["auc"].get<double>())};
      for (const MethodResults& m : data.methods)
        row.push_back(fmt::format("{:.3f}", m.findings["findings"][i]["after"]["auc"].get<double>()));
      findings.push_back(std::move(row));
    }
  return "<h2>Utility</h2>\n" +
         html_table({"method", "mean AUC before", "after", "change", "PSNR, dB", "SSIM mean, worst",
                     "largest displacement, pixels", "pixels changed"},
                    rows) +
         "<p>AUC of each finding:</p>\n" + html_table(header, findings, true);
}

std::string roc_html(const ReportData& data) {
  std::string html =
      "<h2>Attackers</h2>\n<p>The strongest attacker of each method, for each kind of pairs. Shaded: 95 % "
      "interval of the true positive rate over patients.</p>\n<div class=\"plots\">\n";
  for (const MethodResults& m : data.methods) {
    Plot plot{m.method->name,
              "false positive rate",
              "true positive rate",
              {},
              std::pair(0.0, 1.0),
              std::pair(0.0, 1.0),
              true};
    plot.curves.push_back(roc_of(data.raw, "real_real", "raw films"));
    for (const char* kind : released_kinds)
      if (m.attack["summary"].contains(kind)) plot.curves.push_back(roc_of(m.attack, kind, kind));
    html += svg(plot);
  }
  return html + "</div>\n";
}

}  // namespace scrim
