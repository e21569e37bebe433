#include "study/report/report.h"

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/file_hash.h"
#include "base/version.h"
#include "study/report/context.h"
#include "study/report/evidence.h"
#include "study/report/figures.h"
#include "study/report/html.h"
#include "study/report/pictures.h"
#include "study/report/privacy.h"
#include "study/report/utility.h"
#include "study/report/verdict.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

/// The card of a generator, in Markdown.
std::string card(const ReportData& data, const MethodResults& m) {
  std::string text = fmt::format("# {}\n\nGenerator of a study with scrim: {}.\n\n", m.method->name,
                                 m.attack["method"].get<std::string>());
  text += fmt::format("| | |\n|---|---|\n| weights | {}, SHA-256 {} |\n", GameConfig::best_file,
                      sha256_of_file(data.study.step_folder(game_step(*m.method)) / GameConfig::best_file));
  text += fmt::format("| data | SHA-256 {} |\n| films | {} pixels |\n", data.data_hash,
                      data.study.config.data.image_size);
  const auto figures = [](const Json& attack) {
    const Json& f = deciding_figures(attack);
    return with_interval(f["auc"], f["interval_95"]);
  };
  text += fmt::format("| verdict | {} |\n", words_of(m.verdict));
  if (const Json* raw = data.raw_attack())
    text += fmt::format("| strongest attacker on raw films, AUC | {} |\n", figures(*raw));
  for (const KindResult& k : m.kinds)
    text += fmt::format("| strongest attacker on {} pairs, AUC | {} |\n", k.kind, figures(*k.attack));
  text += fmt::format("| findings, mean AUC before, after | {}, {} |\n", auc_text(m.findings["mean_before"]),
                      auc_text(m.findings["mean_after"]));
  if (!m.quality.is_null())
    text += fmt::format("| mean SSIM, largest displacement | {:.4f}, {:.2f} pixels |\n",
                        m.quality["mean_ssim"].get<double>(),
                        m.quality["largest_displacement_pixels"].get<double>());
  text += fmt::format("| cost | {} |\n", cost_text(m));
  const std::string matched = data.raw["matched_by"];
  return text + "\n" +
         (matched.empty() ? "" : fmt::format("AUCs are of matched pairs: the same {}. ", matched)) +
         "Intervals are 95 %, over patients. The figures hold for these films and these attackers; a "
         "stronger attacker may do better.\nNot a medical device.\n";
}

std::string losses_html(const ReportData& data) {
  std::string html = "<h2>Training</h2>\n<div class=\"plots\">\n";
  for (const StudyStep& step : data.study.steps) {
    const fs::path metrics = data.study.step_folder(step.name) / "metrics.csv";
    if (!fs::exists(metrics)) continue;
    html += svg({step.title, "step", "value", metric_curves(metrics), {}, {}});
  }
  return html + "</div>\n";
}

std::string provenance_html(const ReportData& data) {
  std::vector<std::vector<std::string>> rows{{"films, lists and labels", data.data_hash}};
  for (const auto& program : programs_of(data.study)) rows.push_back({"program that did steps", program});
  for (const StudyStep& step : data.study.steps)
    for (const char* name : {"best.safetensors", GameConfig::best_file})
      if (const fs::path file = data.study.step_folder(step.name) / name; fs::exists(file))
        rows.push_back({step.name + "/" + name, sha256_of_file(file)});
  return "<h2 id=\"data\">Data and configuration</h2>\n<p>SHA-256 of data, program and weights:</p>\n" +
         html_table({"what", "SHA-256"}, rows) +
         "<p>Configuration of the study. Other keys keep their defaults; config.toml of each step lists all "
         "of "
         "them:</p>\n<pre>" +
         escaped(data.study.text) + "</pre>\n<p>This page was made by scrim " + version +
         ". Not a medical device.</p>\n";
}

}  // namespace

fs::path write_study_report(const Study& study, const std::string& data_hash) {
  const ReportData data(study, data_hash);
  std::string body = verdict_html(data) + trade_off_html(data) + privacy_html(data) + curves_html(data) +
                     search_html(data) + utility_html(data) + attackers_html(data);
  for (const MethodResults& m : data.methods) {
    body += pictures_html(data, m);
    if (m.method->is_learned())
      write_file(study.step_folder(game_step(*m.method)) / "card.md", card(data, m));
  }
  body += worst_cases_html(data) + context_html() + losses_html(data) + provenance_html(data);
  write_file(fs::path(study.config.folder) / "evidence.json", evidence_json(data).dump(1) + "\n");
  const fs::path page = fs::path(study.config.folder) / "report.html";
  write_file(page, html_page(study.config.title, body));
  return page;
}

}  // namespace scrim
