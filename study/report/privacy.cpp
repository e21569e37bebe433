#include "study/report/privacy.h"

#include <algorithm>

#include "study/report/html.h"
#include "study/report/svg_plot.h"

namespace scrim {
namespace {

/// Raw films and every method's kinds of pairs, in order: visit(name, kind, results of the evaluation, strongest attack).
template <class Visit>
void for_each_kind(const ReportData& data, Visit&& visit) {
  if (const Json* raw = data.raw_attack()) visit("raw films", "real_real", data.raw, *raw);
  for (const MethodResults& m : data.methods)
    for (const KindResult& k : m.kinds) visit(m.method->name, k.kind, m.attack, *k.attack);
}

std::string with(const Json& figures) {
  return figures.is_null() ? "-" : with_interval(figures["auc"], figures["interval_95"]);
}

std::string rate_text(const Json& figures, std::size_t at) {
  if (figures.is_null()) return "-";
  const Json& rate = figures["rates"][at];
  return with_interval(rate["true_positive_rate"], rate["interval_95"]);
}

std::string risk_text(const Json& results, const std::string& kind, const char* risk) {
  const Json& summary = results["summary"][kind];
  if (!summary.contains("risks") || summary["risks"][risk].is_null()) return "-";
  return with_interval(summary["risks"][risk]["value"], summary["risks"][risk]["interval_95"]);
}

/// Bars of an AUC from 0.5 to 1 as one line of HTML.
std::string bar(const char* css, const std::string& label, const Json& figures) {
  if (figures.is_null() || figures["auc"].is_null()) return "";
  const double auc = figures["auc"];
  return fmt::format(
      "<div class=\"bar\"><span>{}</span><i class=\"{}\" style=\"width:{:.1f}%\"></i><b>{:.3f}</b></div>\n",
      escaped(label), css, std::clamp((auc - 0.5) * 120, 0.0, 60.0), auc);
}

Curve roc_of(const Json& attack, const std::string& label) {
  Curve curve{label, {}, false, {}, {}, {}};
  std::vector<std::pair<double, double>> low;
  for (const Json& place : attack["strangers"]["roc"]) {
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

/// The control that reads sex, view and age from the films; null when there is none.
const Json* reading_control(const Json& results, const std::string& kind) {
  for (const Json& attack : results["attacks"])
    if (attack["pairs"] == kind && attack["family"] == "read attributes") return &attack;
  return nullptr;
}

/// What holds whatever attackers do, of methods that have such a proof.
std::string guarantees_html(const ReportData& data) {
  std::string html;
  for (const MethodResults& m : data.methods)
    if (const Json& g = m.attack["guarantee"]; !g.is_null())
      html += fmt::format("<p><b>{}</b>: {}</p>\n", escaped(m.method->name),
                          escaped(g["text"].get<std::string>()));
  return html.empty() ? "" : "<h2 id=\"guarantees\">Guarantees</h2>\n" + html;
}

/// What a film tells of attributes, a row for each kind of films and attribute.
std::string inference_html(const ReportData& data) {
  std::vector<std::vector<std::string>> rows;
  const auto estimate = [](const Json& e) {
    return e.is_null() ? "-" : with_interval(e["value"], e["interval_95"]);
  };
  const auto add = [&](const std::string& name, const Json& results, const char* kind) {
    if (results["inference"].contains(kind))
      for (const Json& i : results["inference"][kind])
        rows.push_back({name, i["attribute"], estimate(i["read_from_film"]),
                        estimate(i["guessed_without_film"]), estimate(i["risk"])});
  };
  add("raw films", data.raw, "real");
  for (const MethodResults& m : data.methods) add(m.method->name, m.attack, "released");
  if (rows.empty()) return "";
  return "<p>Inference: a small network, trained on real films of other patients, reads an attribute from "
         "each "
         "film. Shares of patients for whom it is right, beside the best guess without a film:</p>\n" +
         html_table({"films", "attribute", "read from the film", "guessed", "risk"}, rows);
}

/// What attackers reach who learned from some of the films.
std::string learning_html(const ReportData& data) {
  Plot plot{.title = "More films to learn from",
            .x_label = "training films of the embedding attacker, one start",
            .y_label = "AUC, all strangers",
            .curves = {},
            .x_range = {},
            .y_range = std::pair(0.5, 1.0)};
  const auto add = [&](const std::string& label, const Json& results, const std::string& kind) {
    const Json& summary = results["summary"];
    if (!summary.contains(kind) || !summary[kind].contains("learning_curve")) return;
    Curve curve{label, {}, false, {}, {}, {}};
    for (const Json& p : summary[kind]["learning_curve"])
      if (!p["auc"].is_null()) {
        curve.points.emplace_back(p["training_films"], p["auc"]);
        const Json& interval = p["interval_95"];
        curve.y_intervals.push_back(interval.is_null() ? std::pair<double, double>(p["auc"], p["auc"])
                                                       : std::pair<double, double>(interval[0], interval[1]));
      }
    plot.curves.push_back(std::move(curve));
  };
  add("raw films", data.raw, "real_real");
  for (const MethodResults& m : data.methods)
    for (const char* kind : released_kinds) add(m.method->name + ", " + kind, m.attack, kind);
  if (plot.curves.empty()) return "";
  return "<p>One start of the embedding attacker learned from a part of the patients. Seeds differ, so small "
         "steps mean "
         "nothing.</p>\n"
         "<div class=\"plots\">\n" +
         svg(plot) + "</div>\n";
}

/// Attackers trained from several seeds: one of them alone, and how far they differ.
std::string seeds_html(const ReportData& data) {
  std::vector<std::vector<std::string>> rows;
  for_each_kind(data,
                [&](const std::string& name, const std::string& kind, const Json& results, const Json&) {
                  if (!results["summary"][kind].contains("seeds")) return;
                  for (const Json& s : results["summary"][kind]["seeds"])
                    if (s["aucs"].size() > 1)
                      rows.push_back({name, kind, s["family"], fmt::format("{}", s["aucs"].size()),
                                      with_interval(s["mean_auc"], s["interval_95"]),
                                      fmt::format("{:.3f}", s["deviation"].get<double>())});
                });
  if (rows.empty()) return "";
  return "<p>Attackers trained from several seeds: the AUC of one seed, on average, with its interval over "
         "patients "
         "and seeds; and the standard deviation between seeds:</p>\n" +
         html_table({"films", "pairs", "attacker", "seeds", "AUC of one seed", "deviation"}, rows);
}

Curve ranks_of(const Json& attack, const std::string& label) {
  Curve curve{label, {}, false, {}, {}, {}};
  double rank = 0;
  for (const Json& share : attack["search"]["cumulative_match"]) curve.points.emplace_back(++rank, share);
  return curve;
}

Curve gallery_of(const Json& attack, const std::string& label, bool extrapolated) {
  Curve curve{label, {}, extrapolated, {}, {}, {}};
  if (attack["enrolment"].is_null()) return curve;
  for (const Json& point : attack["enrolment"]["by_gallery"])
    if (point["extrapolated"] == extrapolated) curve.points.emplace_back(point["patients"], point["rank_1"]);
  return curve;
}

std::string number(const Json& value) {
  return value.is_null() ? "-" : fmt::format("{:.3f}", value.get<double>());
}

}  // namespace

std::string privacy_html(const ReportData& data) {
  std::string bars;
  std::vector<std::vector<std::string>> rows, rates, risks;
  for_each_kind(
      data, [&](const std::string& name, const std::string& kind, const Json& results, const Json& attack) {
        const Json *control = control_attack(results, kind), *reading = reading_control(results, kind);
        bars += fmt::format("<section class=\"bars\"><h3>{}, {}</h3>\n", escaped(name), kind);
        bars += bar("a", "all strangers", attack["strangers"]) + bar("b", "matched pairs", attack["matched"]);
        if (control)
          bars += bar("c", "control, all", (*control)["strangers"]) +
                  bar("c", "control, matched", (*control)["matched"]);
        bars += "</section>\n";
        rows.push_back({name, kind, with(attack["strangers"]), with(attack["matched"]),
                        with(attack["listed"]), control ? with((*control)["strangers"]) : "-",
                        control ? with((*control)["matched"]) : "-",
                        reading ? with((*reading)["strangers"]) : "-", attack["family"]});
        rates.push_back({name, kind, rate_text(attack["strangers"], 0), rate_text(attack["strangers"], 1),
                         rate_text(attack["strangers"], 2), rate_text(attack["matched"], 0),
                         number(attack["strangers"]["equal_error_rate"]),
                         control ? rate_text((*control)["strangers"], 0) : "-"});
        risks.push_back(
            {name, kind, risk_text(results, kind, "singling_out"), risk_text(results, kind, "linkability")});
      });
  const std::string matched = data.raw["matched_by"];
  std::string html = fmt::format(
      "<h2 id=\"privacy\">Recognizing a patient</h2>\n<p>Are two films of one patient? The test has {} films "
      "of {} "
      "patients. Every pair of films of two patients is a pair of strangers. {} The control sees the table "
      "only: "
      "sex, view and age.</p>\n",
      data.raw["test_films"].get<std::int64_t>(), data.raw["test_patients"].get<std::int64_t>(),
      matched.empty() ? "The table has nothing to match pairs by."
                      : "Matched are pairs, of one patient and of two, whose films have in common: " +
                            escaped(matched) + ".");
  html +=
      "<div class=\"bargrid\">\n" + bars + "</div>\n<p>AUC with 95 % intervals over patients:</p>\n" +
      html_table({"films", "pairs", "all strangers", "matched pairs", "listed pairs", "control, all",
                  "control, matched", "control read from films", "attacker"},
                 rows) +
      "<p>Share of the pairs of one patient that are found, at a false positive rate of 1, 0.1 and 0.01 %; "
      "the equal error rate:</p>\n" +
      html_table(
          {"films", "pairs", "1 %", "0.1 %", "0.01 %", "1 %, matched", "equal error rate", "control, 1 %"},
          rates);
  if (data.raw["summary"]["real_real"].contains("risks"))
    html +=
        "<p>Risk: what the attacker adds to the control, (attack - control) / (1 - control). Singling out: a "
        "pair is found at 1 % false positives. Linkability: a patient is found at rank 1.</p>\n" +
        html_table({"films", "pairs", "singling out", "linkability"}, risks);
  return html + inference_html(data) + guarantees_html(data);
}

std::string curves_html(const ReportData& data) {
  Plot roc{.title = "Found against falsely found",
           .x_label = "false positive rate",
           .y_label = "share of pairs found",
           .curves = {},
           .x_range = std::pair(1e-4, 1.0),
           .y_range = std::pair(0.0, 1.0),
           .log_x = true};
  Plot ranks = roc, gallery = roc;
  ranks.title = "Found within a rank";
  ranks.x_label = "rank among all other test films";
  ranks.y_label = "share of searches";
  ranks.x_range = std::pair(1.0, 50.0);
  gallery.title = "Rank 1 by the gallery's size";
  gallery.x_label = "patients in the gallery; dots are extrapolated";
  gallery.y_label = "share of searches";
  gallery.x_range = std::pair(2.0, 1e5);
  const auto add = [&](const std::string& label, const Json& attack) {
    roc.curves.push_back(roc_of(attack, label));
    ranks.curves.push_back(ranks_of(attack, label));
    gallery.curves.push_back(gallery_of(attack, label, false));
  };
  if (const Json* raw = data.raw_attack()) add("raw films", *raw);
  for (const MethodResults& m : data.methods)
    if (const KindResult* worst = m.worst()) add(m.method->name + ", " + worst->kind, *worst->attack);
  std::vector<Curve> dots;
  if (const Json* raw = data.raw_attack()) dots.push_back(gallery_of(*raw, "raw films, extrapolated", true));
  gallery.curves.insert(gallery.curves.end(), dots.begin(), dots.end());
  std::erase_if(gallery.curves, [](const Curve& c) { return c.points.empty(); });
  return "<h2 id=\"curves\">Curves</h2>\n<p>The strongest attacker of each method, on the kind of pairs "
         "where he "
         "does best. Shaded: 95 % interval over patients.</p>\n<div class=\"plots\">\n" +
         svg(roc) + svg(ranks) + svg(gallery) + "</div>\n";
}

std::string search_html(const ReportData& data) {
  std::vector<std::vector<std::string>> films, patients;
  for_each_kind(data, [&](const std::string& name, const std::string& kind, const Json&, const Json& attack) {
    const Json& s = attack["search"];
    films.push_back({name, kind, with_interval(s["rank_1"], s["rank_1_interval_95"]), number(s["rank_5"]),
                     number(s["rank_10"]), number(s["map_at_r"]), number(s["chance"]),
                     number(attack["original_rank_1"]),
                     fmt::format("{} of {}", s["patients_always_found"].get<std::int64_t>(),
                                 s["patients"].get<std::int64_t>())});
    const Json& e = attack["enrolment"];
    if (e.is_null()) return;
    patients.push_back({name, kind, with_interval(e["rank_1"], e["rank_1_interval_95"]), number(e["rank_10"]),
                        number(e["chance"]), number(e["rank_1_of_films_joined_by_maximum"]),
                        number(e["rank_1_of_films_joined_by_mean"]),
                        number(e["missed_at_1_percent_false_identifications"]),
                        number(e["missed_at_10_percent_false_identifications"])});
  });
  const Json* raw = data.raw_attack();
  const Json empty;
  const Json& e = raw ? (*raw)["enrolment"] : empty;
  std::string html =
      "<h2 id=\"search\">Searching for a patient</h2>\n<p>A film is searched for among all other test films. "
      "An "
      "average hides the worst patients: the last column counts those whose every film finds another one at "
      "rank "
      "1. results.json of each step names their films.</p>\n" +
      html_table({"films", "pairs", "rank 1", "rank 5", "rank 10", "mAP@R", "chance", "finds the film itself",
                  "patients always found"},
                 films);
  if (!e.is_null())
    html +=
        fmt::format(
            "<p>One film of each of {} patients is enrolled, another is searched for; the mean of {} random "
            "galleries. Joined: all other films of the patient are searched for together. Missed: the share "
            "of "
            "enrolled patients who are not found when 1 or 10 % of those not enrolled get an answer.</p>\n",
            e["gallery_patients"].get<std::int64_t>(), e["repetitions"].get<std::int64_t>()) +
        html_table({"films", "pairs", "rank 1", "rank 10", "chance", "joined, maximum", "joined, mean",
                    "missed at 1 %", "missed at 10 %"},
                   patients);
  return html;
}

std::string attackers_html(const ReportData& data) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const std::string& name, const Json& results, const Json& budgets) {
    for (std::size_t i = 0; i < results["attacks"].size(); ++i) {
      const Json& a = results["attacks"][i];
      if (name != "raw films" && a["pairs"] == "real_real") continue;
      const Json& b = budgets[i];
      const bool learns = b["training_films"].get<std::int64_t>() > 0;
      rows.push_back({name, a["pairs"], a["attacker"], with(a["strangers"]), number(a["valid_auc"]),
                      a["knows"], learns ? fmt::format("{}", b["training_films"].get<std::int64_t>()) : "-",
                      b["training_steps"].get<std::int64_t>() > 0
                          ? fmt::format("{}, {:.0f}", b["training_steps"].get<std::int64_t>(),
                                        b["training_seconds"].get<double>())
                          : "-"});
    }
  };
  add("raw films", data.raw, data.raw_budgets);
  for (const MethodResults& m : data.methods) add(m.method->name, m.attack, m.budgets);
  return "<h2 id=\"attackers\">Attackers</h2>\n<p>Every attacker that was asked, with the AUC in the test "
         "against all "
         "strangers and the AUC in validation that chose the strongest.</p>\n" +
         html_table({"films", "pairs", "attacker", "AUC in the test", "in validation", "knows",
                     "training films", "steps, seconds"},
                    rows) +
         seeds_html(data) + learning_html(data);
}

}  // namespace scrim
