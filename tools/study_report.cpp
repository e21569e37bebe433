#include "tools/study_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/file_hash.h"
#include "models/warp.h"
#include "tensor/atomic_file.h"
#include "tensor/compute_device.h"
#include "tools/html.h"
#include "tools/report_figures.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* released_kinds[] = {"anonymised_real", "anonymised_anonymised"};
constexpr double difference_gain = 4;

Json read_json(const fs::path& path) {
  const auto json = Json::parse(read_file(path, 256 << 20), nullptr, false);
  require(!json.is_discarded(), "report", "{} is damaged", path.string());
  return json;
}

/// What the report shows of one method; for the raw films the attack alone.
struct MethodResults {
  const StudyMethod* method;
  Json attack, findings, quality;
};

std::string with_interval(double value, const Json& interval) {
  if (interval.is_null()) return fmt::format("{:.3f}", value);
  return fmt::format("{:.3f} ({:.3f} to {:.3f})", value, interval[0].get<double>(),
                     interval[1].get<double>());
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

/// The attack with the highest AUC on pairs of a kind.
const Json* strongest_attack(const Json& attack, const std::string& kind) {
  const Json* best = nullptr;
  for (const Json& a : attack["attacks"])
    if (a["pairs"] == kind && (!best || a["auc"].get<double>() > (*best)["auc"].get<double>())) best = &a;
  return best;
}

Curve roc_of(const Json& attack, const std::string& kind, const std::string& label) {
  Curve curve{label, {}, false};
  if (const Json* a = strongest_attack(attack, kind)) {
    for (const Json& point : (*a)["roc"]) curve.points.emplace_back(point[0], point[1]);
    const bool learned = (*a)["attacker"].get<std::string>().starts_with("learned");
    curve.label += learned ? " (learned)" : " (correlation)";
    if (a->contains("roc_interval_95")) {
      const Json& band = (*a)["roc_interval_95"];
      const double last = double(band.size()) - 1;
      for (std::size_t i = 0; i < band.size(); ++i) curve.band.emplace_back(double(i) / last, band[i][1]);
      for (std::size_t i = band.size(); i > 0; --i)
        curve.band.emplace_back(double(i - 1) / last, band[i - 1][0]);
    }
  }
  return curve;
}

PerturbationSettings perturbation_of(const Study& study, const StudyMethod& m) {
  return {.kind = m.generator.kind,
          .weights = m.is_learned()
                         ? (study.step_folder(game_step(m)) / "lowest_total_loss.safetensors").string()
                         : "",
          .cell = m.cell,
          .pixels = m.pixels,
          .epsilon = m.epsilon};
}

class Report {
 public:
  Report(const Study& study, std::string data_hash)
      : study_(study), c_(study.config), data_hash_(std::move(data_hash)) {
    raw_ = read_json(study.step_folder(raw_attack_step) / "results.json");
    for (const StudyMethod& m : study.methods)
      methods_.push_back({&m, read_json(study.step_folder(attack_step(m)) / "results.json"),
                          read_json(study.step_folder(findings_step(m)) / "results.json"),
                          read_json(study.step_folder(quality_step(m)) / "results.json")});
  }

  std::string html() {
    std::string body = summary() + trade_off() + privacy_table() + utility_table() + roc_plots();
    for (const MethodResults& m : methods_) body += pictures(m);
    body += worst_cases() + losses() + provenance();
    return html_page(c_.title, body);
  }

  /// The card of a generator, in Markdown.
  std::string card(const MethodResults& m) const {
    std::string text = fmt::format("# {}\n\nGenerator of a study with scrim: {}.\n\n", m.method->name,
                                   m.attack["perturbation"].get<std::string>());
    text += fmt::format(
        "| | |\n|---|---|\n| weights | lowest_total_loss.safetensors, SHA-256 {} |\n",
        sha256_of_file(study_.step_folder(game_step(*m.method)) / "lowest_total_loss.safetensors"));
    text += fmt::format("| data | SHA-256 {} |\n| films | {} pixels |\n", data_hash_, c_.data.image_size);
    text +=
        fmt::format("| attackers on raw films, strongest AUC | {} |\n", strongest_text(raw_, "real_real"));
    for (const char* kind : {"anonymised_real", "anonymised_anonymised"})
      text += fmt::format("| attackers on {} pairs, strongest AUC | {} |\n", kind,
                          strongest_text(m.attack, kind));
    text += fmt::format("| findings, mean AUC before, after | {}, {} |\n",
                        auc_text(m.findings["mean_before"]), auc_text(m.findings["mean_after"]));
    text += fmt::format("| mean SSIM, largest displacement | {:.4f}, {:.2f} pixels |\n",
                        m.quality["mean_ssim"].get<double>(),
                        m.quality["largest_displacement_pixels"].get<double>());
    return text +
           "\nIntervals are 95 %, over patients. The figures hold for these films and these attackers; a "
           "stronger "
           "attacker may do better.\nNot a medical device.\n";
  }

  const std::vector<MethodResults>& methods() const { return methods_; }

 private:
  double raw_auc() const { return raw_["summary"]["real_real"]["strongest_auc"]; }

  std::string summary() const {
    std::string text =
        "<p>An attacker is asked whether two films show the same patient. AUC 0.5 is guessing, 1 is "
        "certainty. Attackers were trained anew on the output of every method, on other patients than "
        "those they were tested on; another attacker, which learns nothing, compares structures. For "
        "each method the strongest attacker counts.</p>\n";
    text += fmt::format(
        "<p>On raw films the strongest attacker ({}) reaches <b>{}</b> on {} pairs of {} patients.</p>\n",
        escaped(raw_["summary"]["real_real"]["strongest_attacker"].get<std::string>()),
        strongest_text(raw_, "real_real"), raw_["test_pairs"].get<std::int64_t>(),
        raw_["test_patients"].get<std::int64_t>());
    const MethodResults* best = nullptr;
    for (const MethodResults& m : methods_)
      if (loss_of(m) <= 0.03 && (!best || auc_of(m) < auc_of(*best))) best = &m;
    if (best)
      text += fmt::format(
          "<p>Among the methods that cost the classifier at most 0.03 of its mean AUC, <b>{}</b> leaves "
          "attackers the "
          "least: {} (pairs {}), {:+.3f} against raw films, for a loss of {:.3f}.</p>\n",
          escaped(best->method->name), strongest_text(best->attack, worst_kind(*best)), worst_kind(*best),
          auc_of(*best) - raw_auc(), loss_of(*best));
    else if (!methods_.empty())
      text += "<p>No method kept the classifier's loss of mean AUC within 0.03.</p>\n";
    return text +
           "<p>What this does not show: attackers that are stronger, that hold more films of a patient, or "
           "that know "
           "more than the method and films of other patients; other findings than those listed; films of "
           "other "
           "machines and hospitals. A figure near 0.5 means that these attackers failed, not that nobody can "
           "succeed.</p>\n";
  }

  /// The kind of pairs with a released film in them that attackers do best on.
  static const char* worst_kind(const MethodResults& m) {
    const auto auc = [&](const char* kind) {
      return m.attack["summary"][kind]["strongest_auc"].get<double>();
    };
    return auc(released_kinds[0]) >= auc(released_kinds[1]) ? released_kinds[0] : released_kinds[1];
  }
  static double auc_of(const MethodResults& m) { return m.attack["summary"][worst_kind(m)]["strongest_auc"]; }
  static double loss_of(const MethodResults& m) {
    const Json &before = m.findings["mean_before"]["auc"], &after = m.findings["mean_after"]["auc"];
    return before.is_null() || after.is_null() ? 0 : before.get<double>() - after.get<double>();
  }

  std::string trade_off() const {
    Plot plot{"Privacy and utility",
              "strongest attacker's AUC (left is more private)",
              "mean AUC of findings",
              {},
              {},
              {},
              false};
    if (!methods_.empty() && !methods_[0].findings["mean_before"]["auc"].is_null())
      plot.curves.push_back({"raw films", {{raw_auc(), methods_[0].findings["mean_before"]["auc"]}}, true});
    for (const MethodResults& m : methods_)
      if (!m.findings["mean_after"]["auc"].is_null())
        plot.curves.push_back({m.method->name, {{auc_of(m), m.findings["mean_after"]["auc"]}}, true});
    plot.x_range = {0.45, 1.0};
    return "<h2>Trade-off</h2>\n<div class=\"plots\">" + svg(plot) + "</div>\n";
  }

  std::string privacy_table() const {
    std::vector<std::vector<std::string>> rows;
    rows.push_back({"raw films", "real_real", strongest_text(raw_, "real_real"),
                    raw_["summary"]["real_real"]["strongest_attacker"], learned_text(raw_, "real_real"),
                    retrieval_text(raw_, "real_real")});
    for (const MethodResults& m : methods_)
      for (const char* kind : released_kinds)
        if (m.attack["summary"].contains(kind))
          rows.push_back({m.method->name, kind, strongest_text(m.attack, kind),
                          m.attack["summary"][kind]["strongest_attacker"], learned_text(m.attack, kind),
                          retrieval_text(m.attack, kind)});
    return "<h2>Privacy</h2>\n<p>AUC of the strongest attacker with its 95 % interval over patients; learned "
           "attackers over their seeds; precision@1 and mAP@R of whichever attacker does best at searching a "
           "patient "
           "among the test films.</p>\n" +
           html_table({"method", "pairs", "strongest AUC", "attacker", "learned", "P@1, mAP@R"}, rows);
  }

  /// The best of any attacker: one whose AUC is lower may still find a patient more often.
  static std::string retrieval_text(const Json& attack, const std::string& kind) {
    double precision = 0, mean_precision = 0;
    for (const Json& a : attack["attacks"])
      if (a["pairs"] == kind) {
        precision = std::max(precision, a["precision_at_1"].get<double>());
        mean_precision = std::max(mean_precision, a["map_at_r"].get<double>());
      }
    return fmt::format("{:.2f}, {:.2f}", precision, mean_precision);
  }

  std::string utility_table() const {
    std::vector<std::vector<std::string>> rows, findings;
    for (const MethodResults& m : methods_) {
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
    for (const MethodResults& m : methods_) header.push_back(m.method->name);
    if (!methods_.empty())
      for (std::size_t i = 0; i < methods_[0].findings["findings"].size(); ++i) {
        const Json& f = methods_[0].findings["findings"][i];
        if (f["before"]["auc"].is_null()) continue;
        std::vector<std::string> row{f["finding"], std::to_string(f["positives"].get<std::int64_t>()),
                                     fmt::format("{:.3f}", f["before"]["auc"].get<double>())};
        for (const MethodResults& m : methods_)
          row.push_back(fmt::format("{:.3f}", m.findings["findings"][i]["after"]["auc"].get<double>()));
        findings.push_back(std::move(row));
      }
    return "<h2>Utility</h2>\n" +
           html_table({"method", "mean AUC before", "after", "change", "PSNR, dB", "SSIM mean, worst",
                       "largest displacement, pixels", "pixels changed"},
                      rows) +
           "<p>AUC of each finding:</p>\n" + html_table(header, findings, true);
  }

  std::string roc_plots() const {
    std::string html =
        "<h2>Attackers</h2>\n<p>Of each method the strongest attacker on pairs of each kind. Shaded: 95 % of "
        "the true "
        "positive rates over samples of the patients.</p>\n<div class=\"plots\">\n";
    for (const MethodResults& m : methods_) {
      Plot plot{m.method->name,
                "false positive rate",
                "true positive rate",
                {},
                std::pair(0.0, 1.0),
                std::pair(0.0, 1.0),
                true};
      plot.curves.push_back(roc_of(raw_, "real_real", "raw films"));
      for (const char* kind : released_kinds)
        if (m.attack["summary"].contains(kind)) plot.curves.push_back(roc_of(m.attack, kind, kind));
      html += svg(plot);
    }
    return html + "</div>\n";
  }

  FilmSet test_films(std::vector<std::string> names) const {
    return FilmSet(c_.data.images, std::move(names), c_.data.options());
  }

  std::string panel(const StudyMethod& m, const std::string& film) const {
    const FilmSet films = test_films({film});
    Perturbation perturbation(perturbation_of(study_, m), c_.masks, 1);
    const GrayImage before = image_from_tensor(films.film(0), 8);
    const auto [after, moved] = perturbation.release_one(films, 0);
    std::string html = "<div class=\"row\">\n" + figure(before, "before") + figure(after, "after") +
                       figure(difference_image(before, after, difference_gain),
                              fmt::format("difference, {} times", difference_gain));
    if (moved.defined())
      html += flow_figure(moved, films.image_size(),
                          largest_displacement(moved, films.image_size(), films.image_size()));
    if (const Variable mask = perturbation.mask_of(films, 0); mask.defined())
      html += figure(image_from_tensor(to_host(mask.value()), 8), "what is spared");
    return html + "</div>\n";
  }

  std::string pictures(const MethodResults& m) const {
    std::string html = fmt::format("<h2>{}</h2>\n<p>{}</p>\n", escaped(m.method->name),
                                   escaped(m.attack["perturbation"].get<std::string>()));
    const auto names = film_names(c_.data.images, c_.test_list);
    for (std::size_t i = 0; i < std::min(names.size(), std::size_t(c_.films_shown)); ++i)
      html += "<section>" + panel(*m.method, names[i * names.size() / std::size_t(c_.films_shown)]) +
              "</section>\n";
    return html;
  }

  /// For every method the patient that was recognised most surely, and the film that suffered most.
  std::string worst_cases() const {
    std::string html = "<h2>Worst cases</h2>\n";
    const auto pairs = read_pairs(c_.test_pairs);
    for (const MethodResults& m : methods_) {
      html += fmt::format("<h3>{}</h3>\n", escaped(m.method->name));
      if (const Json* a = strongest_attack(m.attack, released_kinds[0])) {
        std::size_t worst = pairs.size();
        for (std::size_t i = 0; i < pairs.size(); ++i)
          if (pairs[i].same_patient && (worst == pairs.size() || (*a)["scores"][i].get<double>() >
                                                                     (*a)["scores"][worst].get<double>()))
            worst = i;
        if (worst < pairs.size()) {
          const FilmSet film = test_films({pairs[worst].first}), other = test_films({pairs[worst].second});
          Perturbation perturbation(perturbation_of(study_, *m.method), c_.masks, 1);
          html +=
              "<section><p>Privacy: of all pairs of one patient, the strongest attacker is surest of this "
              "one."
              "</p>\n<div class=\"row\">" +
              figure(perturbation.release_one(film, 0).image, "released film") +
              figure(image_from_tensor(other.film(0), 8), "real film of the same patient") +
              "</div></section>\n";
        }
      }
      const Json* lowest = nullptr;
      for (const Json& f : m.quality["films"])
        if (!lowest || f["ssim"].get<double>() < (*lowest)["ssim"].get<double>()) lowest = &f;
      if (lowest)
        html += fmt::format(
            "<section><p>Utility: this film differs most from its original, SSIM {:.4f}.</p>\n{}</section>\n",
            (*lowest)["ssim"].get<double>(), panel(*m.method, (*lowest)["film"]));
    }
    return html;
  }

  std::string losses() const {
    std::string html = "<h2>Training</h2>\n<div class=\"plots\">\n";
    for (const StudyStep& step : study_.steps) {
      const fs::path metrics = study_.step_folder(step.name) / "metrics.csv";
      if (!fs::exists(metrics)) continue;
      html += svg({step.title, "step", "value", metric_curves(metrics), {}, {}, false});
    }
    return html + "</div>\n";
  }

  std::string provenance() const {
    std::vector<std::vector<std::string>> rows{{"films, lists and labels", data_hash_}};
    for (const StudyStep& step : study_.steps)
      for (const char* name : {"best.safetensors", "lowest_total_loss.safetensors"})
        if (const fs::path file = study_.step_folder(step.name) / name; fs::exists(file))
          rows.push_back({step.name + "/" + name, sha256_of_file(file)});
    return "<h2>What it was made from</h2>\n<p>SHA-256 of data and weights:</p>\n" +
           html_table({"what", "SHA-256"}, rows) +
           "<p>The study's configuration; what it does not say keeps the "
           "default of its task, and stands in full in each step's config.toml:</p>\n<pre>" +
           escaped(study_.text) + "</pre>\n<p>Made with scrim " SCRIM_VERSION ". Not a medical device.</p>\n";
  }

  const Study& study_;
  const StudyConfig& c_;
  std::string data_hash_;
  Json raw_;
  std::vector<MethodResults> methods_;
};

}  // namespace

fs::path write_study_report(const Study& study, const std::string& data_hash) {
  Report report(study, data_hash);
  for (const MethodResults& m : report.methods())
    if (m.method->is_learned())
      write_file(study.step_folder(game_step(*m.method)) / "card.md", report.card(m));
  const fs::path page = fs::path(study.config.folder) / "report.html";
  write_file(page, report.html());
  return page;
}

}  // namespace scrim
