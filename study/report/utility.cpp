#include "study/report/utility.h"

#include "study/report/html.h"

namespace scrim {
namespace {

std::string difference_text(const Json& change) {
  if (change.is_null()) return "-";
  return change_text(change["value"], change["interval_95"][0], change["interval_95"][1]);
}

std::string decibels(const Json& value) {
  return value.is_null() ? "-" : fmt::format("{:.1f}", value.get<double>());
}

/// PSNR, SSIM, displacement and changed pixels; of another person's film nothing is to be compared.
std::vector<std::string> quality_cells(const Json& q) {
  if (q.is_null()) return {"another film", "-", "-", "-"};
  return {decibels(q["mean_psnr_db"]),
          fmt::format("{:.4f}, {:.4f}", q["mean_ssim"].get<double>(), q["worst_ssim"].get<double>()),
          fmt::format("{:.2f}", q["largest_displacement_pixels"].get<double>()),
          fmt::format("{:.0f} %", 100 * q["mean_changed_share"].get<double>())};
}

/// A finding of a few pixels.
constexpr const char* small_finding = "Nodule";

std::string small_findings_html(const ReportData& data) {
  std::vector<std::vector<std::string>> rows;
  for (const MethodResults& m : data.methods) {
    std::vector<std::string> row{m.method->name};
    for (const Json* results : {&m.findings, &m.research})
      for (const Json& f : (*results)["findings"])
        if (f["finding"] == small_finding && !f["before"]["auc"].is_null()) {
          row.push_back(auc_text(f["before"]));
          row.push_back(auc_text(f["after"]));
          row.push_back(f["counts"] ? difference_text(f["change"]) : "too few patients");
        }
    if (row.size() == 7) rows.push_back(std::move(row));
  }
  if (rows.empty()) return "";
  return "<p>Small findings apart: nodules. First, a classifier of real films looks at released ones. Then, "
         "classifiers that learned from real and from released films look at real ones.</p>\n" +
         html_table({"method", "before", "after", "change", "learned from real films", "from released films",
                     "change"},
                    rows);
}

std::string pointing_html(const ReportData& data) {
  std::vector<std::vector<std::string>> rows;
  double chance = 0;
  for (const MethodResults& m : data.methods) {
    if (!m.findings.contains("pointing_game")) continue;
    const Json& p = m.findings["pointing_game"];
    const auto side = [&](const char* hits, const char* share) {
      return fmt::format("{} of {}: {}", p[hits].get<std::int64_t>(), p["cases"].get<std::int64_t>(),
                         with_interval(p[share]["value"], p[share]["interval_95"]));
    };
    chance = p["chance"];
    rows.push_back({m.method->name, side("hits_before", "before"), side("hits_after", "after"),
                    std::to_string(p["hits_both"].get<std::int64_t>())});
  }
  if (rows.empty()) return "";
  return fmt::format(
             "<p>Where the classifier looks (pointing game): is the highest place of its activation map in "
             "the "
             "box that a radiologist drew? By chance {:.0f} %.</p>\n",
             100 * chance) +
         html_table({"method", "real films", "released films", "both"}, rows);
}

std::string lesions_html(const ReportData& data) {
  std::vector<std::vector<std::string>> films, lesions;
  for (const MethodResults& m : data.methods) {
    if (m.lesions.is_null()) continue;
    const auto number = [](const Json& value, int digits) {
      return value.is_null() ? std::string("-") : fmt::format("{:.{}f}", value.get<double>(), digits);
    };
    films.push_back({m.method->name, number(m.lesions["films_with_findings"], 0),
                     fmt::format("{:.1f} %", 100 * m.lesions["mean_kept_share"].get<double>()),
                     number(m.lesions["mean_overlap"], 3), number(m.lesions["mean_size"], 2)});
    for (const Json& kind : m.lesions["lesions"])
      lesions.push_back({m.method->name, kind["lesions"].get<std::string>(), number(kind["count"], 0),
                         number(kind["mean_covered"], 2), number(kind["mean_contrast_before"], 3),
                         number(kind["mean_contrast_after"], 3)});
  }
  if (films.empty()) return "";
  return "<p>Lesions of transplants, against their true masks laid on the donor: overlap (Dice), area, the "
         "share of a lesion that is there, and its contrast in grays from 0 to 1 against the film without "
         "it.</p>\n" +
         html_table(
             {"method", "films with findings", "kept of the film", "overlap", "area, times the true one"},
             films) +
         html_table({"method", "lesions", "number", "covered", "contrast before", "after"}, lesions);
}

std::string organs_html(const ReportData& data) {
  std::vector<std::vector<std::string>> rows;
  for (const MethodResults& m : data.methods) {
    if (m.organs.is_null()) continue;
    for (const Json& organ : m.organs["organs"]) {
      const auto distance = [&](const char* side) {
        const Json &mm = organ[side]["mean_hausdorff_95_mm"],
                   &pixels = organ[side]["mean_hausdorff_95_pixels"];
        if (!mm.is_null()) return fmt::format("{:.1f} mm", mm.get<double>());
        return pixels.is_null() ? std::string("-") : fmt::format("{:.1f} pixels", pixels.get<double>());
      };
      const auto dice = [&](const char* side) {
        return fmt::format("{:.3f}", organ[side]["mean_dice"].get<double>());
      };
      const Json& interval = organ["dice_change_interval_95"];
      const double change = organ["dice_change"];
      rows.push_back({m.method->name, organ["organ"].get<std::string>(), dice("before"), dice("after"),
                      interval.is_null() ? fmt::format("{:+.3f}", change)
                                         : change_text(change, interval[0], interval[1]),
                      distance("before"), distance("after"),
                      std::to_string(organ["films_of_distances"].get<std::int64_t>()),
                      std::to_string(organ["after"]["missed_films"].get<std::int64_t>())});
    }
  }
  if (rows.empty()) return "";
  return "<p>Organs: a segmenter learned the given masks from real films. How well does it agree with them "
         "on released "
         "ones? "
         "Distances (95 % Hausdorff) are of films where something was found before and after.</p>\n" +
         html_table({"method", "organ", "Dice before", "after", "change", "distance before", "after",
                     "films measured", "missed after"},
                    rows);
}

}  // namespace

std::string utility_html(const ReportData& data) {
  std::vector<std::vector<std::string>> rows, research, findings;
  for (const MethodResults& m : data.methods) {
    std::vector<std::string> row{m.method->name, auc_text(m.findings["mean_before"]),
                                 auc_text(m.findings["mean_after"]),
                                 difference_text(m.findings["mean_change"])};
    const auto quality = quality_cells(m.quality);
    row.insert(row.end(), quality.begin(), quality.end());
    rows.push_back(std::move(row));
  }
  for (const MethodResults& m : data.methods)
    research.push_back(
        {m.method->name, auc_text(m.research["mean_before"]), auc_text(m.research["mean_after"]),
         difference_text(m.research["mean_change"]),
         m.research["donors_alone"].is_null() ? "-" : auc_text(m.research["donors_alone"]["mean_after"])});
  std::vector<std::string> header{"finding", "films", "patients", "before"};
  for (const MethodResults& m : data.methods) header.push_back(m.method->name);
  if (!data.methods.empty())
    for (std::size_t i = 0; i < data.methods[0].findings["findings"].size(); ++i) {
      const Json& f = data.methods[0].findings["findings"][i];
      if (f["before"]["auc"].is_null()) continue;
      const bool counts = f["counts"];
      std::vector<std::string> row{f["finding"].get<std::string>() + (counts ? "" : " *"),
                                   std::to_string(f["positives"].get<std::int64_t>()),
                                   std::to_string(f["positive_patients"].get<std::int64_t>()),
                                   auc_text(f["before"])};
      for (const MethodResults& m : data.methods) {
        const Json& of = m.findings["findings"][i];
        row.push_back(counts ? difference_text(of["change"]) : with_interval(of["after"]["auc"], {}));
      }
      findings.push_back(std::move(row));
    }
  return "<h2 id=\"utility\">Utility</h2>\n<p>A classifier that was trained on real films looks at released "
         "ones. "
         "Changes are of the same patients before and after, with 95 % intervals. A method can please this "
         "classifier without showing a finding.</p>\n" +
         html_table({"method", "mean AUC before", "after", "change", "PSNR, dB", "SSIM mean, worst",
                     "largest displacement, pixels", "pixels changed"},
                    rows) +
         "<p>For research: a classifier learned from released films and was tested on real ones, beside one "
         "that "
         "learned from real films.</p>\n" +
         html_table(
             {"method", "learned from real films", "from released films", "change", "from the donors alone"},
             research) +
         small_findings_html(data) + lesions_html(data) + organs_html(data) + pointing_html(data) +
         "<p>Each finding: the AUC before, and its change. * fewer than ten patients with it: not in the "
         "means, and "
         "the AUC after instead of a change.</p>\n" +
         html_table(header, findings);
}

}  // namespace scrim
