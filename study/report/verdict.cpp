#include "study/report/verdict.h"

#include <algorithm>

#include "study/report/html.h"
#include "study/report/svg_plot.h"

namespace scrim {
namespace {

std::string plain_kind(const std::string& kind) {
  return kind == "released_real" ? "a released film and a real one" : "two released films";
}

/// The smallest true changes that this test would have shown: of attackers' AUCs, and of findings.
std::string power_text(const ReportData& data) {
  double attack = 0, findings = 0;
  for (const MethodResults& m : data.methods) {
    for (const KindResult& k : m.kinds)
      if (k.change) attack = std::max(attack, k.change->smallest_shown);
    if (const Json& change = m.findings["mean_change"]; !change.is_null())
      findings = std::max(findings, change["smallest_shown"].get<double>());
  }
  std::string text;
  if (attack > 0)
    text += fmt::format(
        " Before that correction, a true change of the attacker's AUC by {:.3f} would have shown in four of "
        "five such "
        "tests.",
        attack);
  if (findings > 0) text += fmt::format(" For the mean AUC of findings it is {:.3f}.", findings);
  return text;
}

std::string verdict_of_method(const ReportData& data, const MethodResults& m) {
  const KindResult* worst = m.worst();
  if (!worst) return "No attacker was asked.";
  const Json& figures = deciding_figures(*worst->attack);
  const std::string against =
      data.raw["matched_by"].get<std::string>().empty()
          ? "strangers"
          : "strangers, all pairs of the same " + data.raw["matched_by"].get<std::string>();
  std::string text =
      fmt::format("The strongest attacker ({}) compares {} and reaches an AUC of <b>{}</b> against {}.",
                  escaped((*worst->attack)["family"].get<std::string>()), plain_kind(worst->kind),
                  with_interval(figures["auc"], figures["interval_95"]), escaped(against));
  if (worst->change)
    text += fmt::format(" That is {} compared with raw films, against all strangers.",
                        change_text(worst->change));
  text += " Cost: " + escaped(cost_text(m)) + ".";
  if (const Json& research = m.research["mean_change"]; !research.is_null())
    text += fmt::format(
        " A classifier that learned from released films does {:+.3f} ({:+.3f} to {:+.3f}) on real ones.",
        research["value"].get<double>(), research["interval_95"][0].get<double>(),
        research["interval_95"][1].get<double>());
  return text;
}

}  // namespace

std::string cost_text(const MethodResults& m) {
  const Json& change = m.findings["mean_change"];
  if (change.is_null()) return "not measured, no finding has ten patients";
  const double low = change["interval_95"][0], high = change["interval_95"][1];
  const std::string figures =
      fmt::format("{:+.3f}, {:+.3f} to {:+.3f}", change["value"].get<double>(), low, high);
  if (low >= -largest_loss)
    return fmt::format("findings are kept, no loss above {} ({})", largest_loss, figures);
  if (high < -largest_loss) return fmt::format("findings are lost, more than {} ({})", largest_loss, figures);
  return fmt::format("a loss of findings above {} is not excluded ({})", largest_loss, figures);
}

std::string verdict_html(const ReportData& data) {
  const Json* raw = data.raw_attack();
  const auto hiding = std::count_if(data.methods.begin(), data.methods.end(),
                                    [](const MethodResults& m) { return m.verdict == Verdict::hides; });
  std::string html = "<section class=\"verdict\">\n<h2 id=\"verdict\">Verdict</h2>\n";
  if (!data.methods.empty())
    html += hiding == 0
                ? "<p class=\"lead\">No method of this study hides patients.</p>\n"
                : fmt::format("<p class=\"lead\">{} of {} methods {} patients from these attackers.</p>\n",
                              hiding, data.methods.size(), hiding == 1 ? "hides" : "hide");
  if (raw) {
    const Json& figures = deciding_figures(*raw);
    html += fmt::format(
        "<p>On raw films the strongest attacker ({}) reaches an AUC of <b>{}</b>. 0.5 is guessing, 1 is "
        "certainty.",
        escaped((*raw)["family"].get<std::string>()), with_interval(figures["auc"], figures["interval_95"]));
    if (const Json* control = control_attack(data.raw, "real_real"))
      html += fmt::format(
          " Somebody who sees only sex, view and age reaches {} with the same pairs.",
          with_interval(deciding_figures(*control)["auc"], deciding_figures(*control)["interval_95"]));
    html += "</p>\n";
  }
  html += "<dl>\n";
  for (const MethodResults& m : data.methods)
    html += fmt::format("<dt><span class=\"{}\">{}</span> {}</dt><dd>{}</dd>\n",
                        m.verdict == Verdict::hides     ? "good"
                        : m.verdict == Verdict::hinders ? "fair"
                                                        : "poor",
                        words_of(m.verdict), escaped(m.method->name), verdict_of_method(data, m));
  html += fmt::format(
      "</dl>\n<p class=\"small\"><b>hides</b>: the 95 % interval of the strongest attacker's AUC ends below "
      "{}, for "
      "both kinds of pairs. <b>hinders</b>: his AUC falls compared with raw films for both kinds, and the "
      "fall "
      "stands after Holm's correction for all comparisons. Both bounds were set before anything was "
      "measured. "
      "Methods whose intervals overlap are ties. The strongest attacker was chosen on "
      "{}.{}</p>\n</section>\n",
      hides_below,
      raw && data.raw["summary"]["real_real"]["chosen_on"] == "validation" ? "validation patients"
                                                                           : "the test itself",
      power_text(data));
  return html;
}

std::string trade_off_html(const ReportData& data) {
  Plot plot{.title = "Privacy and utility",
            .x_label = "strongest attacker's AUC (left is more private)",
            .y_label = "mean AUC of findings (up is more useful)",
            .curves = {},
            .x_range = {},
            .y_range = {},
            .labels_at = true};
  const auto pair_of = [](const Json& interval, double value) {
    return interval.is_null() ? std::pair(value, value)
                              : std::pair(interval[0].get<double>(), interval[1].get<double>());
  };
  const auto add = [&](const std::string& label, const Json& attack, const Json& findings) {
    const Json& figures = deciding_figures(attack);
    if (figures["auc"].is_null() || findings["auc"].is_null()) return;
    const double x = figures["auc"], y = findings["auc"];
    Curve dot{label, {{x, y}}, true, {}, {}, {}};
    dot.x_intervals = {pair_of(figures["interval_95"], x)};
    dot.y_intervals = {pair_of(findings["interval_95"], y)};
    plot.curves.push_back(std::move(dot));
  };
  if (const Json* raw = data.raw_attack(); raw && !data.methods.empty())
    add("raw films", *raw, data.methods[0].findings["mean_before"]);
  for (const MethodResults& m : data.methods)
    if (const KindResult* worst = m.worst()) add(m.method->name, *worst->attack, m.findings["mean_after"]);
  plot.x_range = {0.4, 1.0};
  plot.y_range = {0.4, 1.0};
  if (plot.curves.empty())
    return "<h2 id=\"trade-off\">Trade-off</h2>\n<p>Not measured: no finding has ten patients in the "
           "test.</p>\n";
  return "<h2 id=\"trade-off\">Trade-off</h2>\n<div class=\"plots\">" + svg(plot) + "</div>\n";
}

}  // namespace scrim
