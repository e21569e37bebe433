#include "study/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "study/result_fields.h"

namespace scrim {
namespace {

std::string auc_text(const AucWithInterval& a) {
  return a.auc ? fmt::format("{:.3f} ({})", *a.auc, interval_text(a.interval)) : "not measurable";
}

}  // namespace

WrittenResult written(const ClassificationResult& r) {
  WrittenResult w;
  const auto both = [](const AucWithInterval& a) {
    return Json{{"auc", number_or_null(a.auc)}, {"interval_95", interval_json(a.interval)}};
  };
  w.json = {{"task", ClassificationConfig::task},
            {"method", r.method},
            {"films", r.films},
            {"mean_before", both(r.mean_before)},
            {"mean_after", both(r.mean_after)},
            {"mean_change", difference_json(r.mean_change)},
            {"least_patients", ClassificationResult::least_patients},
            {"findings", Json::array()}};
  w.csv = "finding,positives,positive_patients,auc_before,auc_after\n";
  w.summary = fmt::format("method: {}\n{} films; AUC before and after (95 % interval over patients)\n",
                          r.method, r.films);
  for (const FindingResult& f : r.findings) {
    w.json["findings"].push_back({{"finding", f.finding},
                                  {"positives", f.positives},
                                  {"positive_patients", f.positive_patients},
                                  {"counts", f.counts},
                                  {"before", both(f.before)},
                                  {"after", both(f.after)},
                                  {"change", difference_json(f.change)}});
    w.csv += fmt::format("{},{},{},{},{}\n", f.finding, f.positives, f.positive_patients,
                         csv_number(f.before.auc), csv_number(f.after.auc));
    if (f.before.auc)
      w.summary +=
          fmt::format("  {:<20} {:>4} films  {}  ->  {}{}\n", f.finding, f.positives, auc_text(f.before),
                      auc_text(f.after), f.counts ? "" : "  (too few patients, does not count)");
  }
  if (const auto& p = r.pointing; p && p->before && p->after) {
    const auto share = [](const Estimate& e) {
      return Json{{"value", e.value}, {"interval_95", interval_json(e.interval)}};
    };
    w.json["pointing_game"] = {{"cases", p->cases},           {"hits_before", p->hits_before},
                               {"hits_after", p->hits_after}, {"hits_both", p->hits_both},
                               {"before", share(*p->before)}, {"after", share(*p->after)},
                               {"chance", p->chance}};
  }
  w.csv += fmt::format("mean,,,{},{}\n", csv_number(r.mean_before.auc), csv_number(r.mean_after.auc));
  w.summary += fmt::format("  {:<20}             {}  ->  {}\n", "mean", auc_text(r.mean_before),
                           auc_text(r.mean_after));
  if (const auto& d = r.mean_change)
    w.summary += fmt::format("  change of the mean   {:+.3f} ({:+.3f} to {:+.3f}): {}\n", d->value,
                             d->interval.low, d->interval.high,
                             d->interval.low >= -largest_loss ? "not inferior: at most 0.03 is lost"
                                                              : "a loss above 0.03 is not excluded");
  if (const auto& p = r.pointing)
    w.summary += fmt::format("  looks into the box  {} of {} findings  ->  {} of {}; by chance {:.0f} %\n",
                             p->hits_before, p->cases, p->hits_after, p->cases, 100 * p->chance);
  return w;
}

WrittenResult written(const RetrainedClassifierResult& r) {
  WrittenResult w = written(r.findings);
  w.json["task"] = RetrainClassifierConfig::task;
  Json seeds = Json::array();
  for (const auto& auc : r.aucs) seeds.push_back(number_or_null(auc));
  w.json["mean_auc_of_seeds"] = seeds;
  w.json["donors_alone"] = r.donors_alone ? written(*r.donors_alone).json : Json(nullptr);
  w.summary =
      "learned from real films  ->  learned from released films; both tested on real films\n" + w.summary;
  w.summary += "  mean AUC of each seed:";
  for (const auto& auc : r.aucs) w.summary += auc ? fmt::format(" {:.3f}", *auc) : " -";
  w.summary += "\n";
  if (r.donors_alone)
    w.summary += fmt::format("  learned from all donors with their labels instead: {}\n",
                             auc_text(r.donors_alone->mean_after));
  return w;
}

WrittenResult written(const ImageQualityResult& r) {
  WrittenResult w;
  w.csv = "film,psnr_db,ssim,changed_share,largest_displacement_pixels\n";
  FilmQuality sum{"", 0, 0, 0, 0};
  double most = 0, worst_ssim = 1;
  std::int64_t identical = 0;  // their PSNR is infinite
  Json films = Json::array();
  for (const FilmQuality& f : r.films) {
    w.csv += fmt::format("{},{},{},{},{}\n", f.film, f.psnr, f.ssim, f.changed_share, f.largest_displacement);
    films.push_back({{"film", f.film},
                     {"psnr_db", std::isfinite(f.psnr) ? Json(f.psnr) : Json(nullptr)},
                     {"ssim", f.ssim},
                     {"changed_share", f.changed_share},
                     {"largest_displacement_pixels", f.largest_displacement}});
    if (std::isfinite(f.psnr))
      sum.psnr += f.psnr;
    else
      ++identical;
    sum.ssim += f.ssim;
    sum.changed_share += f.changed_share;
    most = std::max(most, f.largest_displacement);
    worst_ssim = std::min(worst_ssim, f.ssim);
  }
  const double count = double(r.films.size());
  const auto changed = std::int64_t(r.films.size()) - identical;
  const double mean_psnr = changed > 0 ? sum.psnr / double(changed) : HUGE_VAL;
  w.json = {{"task", ImageQualityConfig::task},
            {"method", r.method},
            {"mean_psnr_db", std::isfinite(mean_psnr) ? Json(mean_psnr) : Json(nullptr)},
            {"identical_films", identical},
            {"mean_ssim", sum.ssim / count},
            {"worst_ssim", worst_ssim},
            {"mean_changed_share", sum.changed_share / count},
            {"largest_displacement_pixels", most},
            {"films", films}};
  w.summary = fmt::format(
      "method: {}\n{} films: mean PSNR {:.1f} dB, mean SSIM {:.4f}, worst SSIM {:.4f}, {:.1f} % of pixels "
      "changed, largest displacement {:.2f} pixels\n",
      r.method, r.films.size(), mean_psnr, sum.ssim / count, worst_ssim, 100 * sum.changed_share / count,
      most);
  return w;
}

WrittenResult written(const SegmentationResult& r) {
  WrittenResult w;
  const auto fit_json = [](const Fit& f) {
    return Json{{"mean_dice", f.mean_dice},
                {"worst_dice", f.worst_dice},
                {"mean_hausdorff_95_pixels", number_or_null(f.hausdorff_pixels)},
                {"mean_hausdorff_95_mm", number_or_null(f.hausdorff_mm)},
                {"missed_films", f.missed}};
  };
  w.json = {{"task", SegmentationConfig::task},
            {"method", r.method},
            {"films", r.films},
            {"organs", Json::array()}};
  w.csv = "organ,films,mean_dice,worst_dice,mean_hausdorff_95_pixels,mean_hausdorff_95_mm,missed_films\n";
  w.summary = fmt::format("method: {}\n{} films\n", r.method, r.films);
  const auto distance = [](const Fit& f) {
    return f.hausdorff_mm       ? fmt::format("{:.1f} mm", *f.hausdorff_mm)
           : f.hausdorff_pixels ? fmt::format("{:.1f} pixels", *f.hausdorff_pixels)
                                : std::string("not measurable");
  };
  for (const OrganResult& organ : r.organs) {
    w.json["organs"].push_back({{"organ", organ.organ},
                                {"before", fit_json(organ.before)},
                                {"after", fit_json(organ.after)},
                                {"films_of_distances", organ.measured},
                                {"dice_change", organ.dice_change},
                                {"dice_change_interval_95", interval_json(organ.dice_change_interval)}});
    for (const auto& [name, f] : {std::pair{"before", &organ.before}, {"after", &organ.after}}) {
      w.csv += fmt::format("{},{},{},{},{},{},{}\n", organ.organ, name, f->mean_dice, f->worst_dice,
                           csv_number(f->hausdorff_pixels), csv_number(f->hausdorff_mm), f->missed);
      w.summary += fmt::format("  {} {:<6}  Dice {:.3f} (worst {:.3f}), 95 % Hausdorff {}, {} films missed\n",
                               organ.organ, name, f->mean_dice, f->worst_dice, distance(*f), f->missed);
    }
    if (const auto& i = organ.dice_change_interval)
      w.summary += fmt::format("  {} change  Dice {:+.3f} ({:+.3f} to {:+.3f}) over patients\n", organ.organ,
                               organ.dice_change, i->low, i->high);
  }
  return w;
}

}  // namespace scrim
