#include "study/report_utility.h"

#include "study/html.h"

namespace scrim {
namespace {

std::string difference_text(const Json& change) {
  if (change.is_null()) return "-";
  return fmt::format("{:+.3f} ({:+.3f} to {:+.3f})", change["value"].get<double>(),
                     change["interval_95"][0].get<double>(), change["interval_95"][1].get<double>());
}

std::string decibels(const Json& value) {
  return value.is_null() ? "-" : fmt::format("{:.1f}", value.get<double>());
}

}  // namespace

std::string utility_html(const ReportData& data) {
  std::vector<std::vector<std::string>> rows, research, findings;
  for (const MethodResults& m : data.methods) {
    const Json& q = m.quality;
    rows.push_back(
        {m.method->name, auc_text(m.findings["mean_before"]), auc_text(m.findings["mean_after"]),
         difference_text(m.findings["mean_change"]), decibels(q["mean_psnr_db"]),
         fmt::format("{:.4f}, {:.4f}", q["mean_ssim"].get<double>(), q["worst_ssim"].get<double>()),
         fmt::format("{:.2f}", q["largest_displacement_pixels"].get<double>()),
         fmt::format("{:.0f} %", 100 * q["mean_changed_share"].get<double>())});
  }
  for (const MethodResults& m : data.methods)
    research.push_back({m.method->name, auc_text(m.research["mean_before"]),
                        auc_text(m.research["mean_after"]), difference_text(m.research["mean_change"])});
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
         html_table({"method", "learned from real films", "from released films", "change"}, research) +
         "<p>Each finding: the AUC before, and its change. * fewer than ten patients with it: not in the "
         "means, and "
         "the AUC after instead of a change.</p>\n" +
         html_table(header, findings);
}

}  // namespace scrim
