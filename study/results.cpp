#include "study/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace scrim {
namespace {

using Json = nlohmann::ordered_json;

Json interval_json(const std::optional<Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json(nullptr);
}

Json number_or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::string csv_number(const std::optional<double>& value) {
  return value ? fmt::to_string(*value) : "";
}

std::string interval_text(const std::optional<Interval>& interval) {
  return interval ? fmt::format("{:.3f} to {:.3f}", interval->low, interval->high) : "no interval";
}

std::string auc_text(const AucWithInterval& a) {
  return a.auc ? fmt::format("{:.3f} ({})", *a.auc, interval_text(a.interval)) : "not measurable";
}

struct Spread {
  double mean = 0, deviation = 0, maximum = 0;
};
Spread spread_of(const std::vector<double>& values) {
  Spread s;
  for (const double v : values) s.mean += v / double(values.size());
  for (const double v : values) s.deviation += (v - s.mean) * (v - s.mean);
  s.deviation = values.size() > 1 ? std::sqrt(s.deviation / double(values.size() - 1)) : 0;
  s.maximum = *std::max_element(values.begin(), values.end());
  return s;
}

Json attack_json(const Attack& a) {
  Json roc = Json::array();
  for (const RocPoint& p : a.roc) roc.push_back({p.false_positive_rate, p.true_positive_rate});
  Json band = Json::array();
  for (const Interval& i : a.roc_intervals) band.push_back({i.low, i.high});
  return {{"attacker", a.attacker},
          {"pairs", a.pairs},
          {"auc", a.auc},
          {"interval_95", interval_json(a.interval)},
          {"true_positive_rate_at_1_percent", a.rate_at_1_percent},
          {"true_positive_rate_at_1_percent_interval_95", interval_json(a.rate_interval)},
          {"threshold", a.threshold},
          {"accuracy", a.confusion.accuracy()},
          {"f1", a.confusion.f1()},
          {"precision", a.confusion.precision()},
          {"recall", a.confusion.recall()},
          {"confusion",
           {{"true_positive", a.confusion.true_positive},
            {"false_positive", a.confusion.false_positive},
            {"true_negative", a.confusion.true_negative},
            {"false_negative", a.confusion.false_negative}}},
          {"precision_at_1", a.retrieval.precision_at_1},
          {"map_at_r", a.retrieval.map_at_r},
          {"queries", a.retrieval.queries},
          {"roc", roc},
          {"roc_interval_95", band},
          {"scores", a.scores}};
}

}  // namespace

WrittenResult written(const VerificationResult& r) {
  WrittenResult w;
  w.json = {{"task", RetrainVerifierConfig::task}, {"method", r.method},       {"test_pairs", r.pairs},
            {"test_patients", r.patients},         {"attacks", Json::array()}, {"summary", Json::object()}};
  w.csv =
      "attacker,pairs,auc,auc_low,auc_high,accuracy,f1,precision,recall,true_positive,false_positive,"
      "true_negative,false_negative,precision_at_1,map_at_r\n";
  for (const Attack& a : r.attacks) {
    w.json["attacks"].push_back(attack_json(a));
    const Confusion& c = a.confusion;
    w.csv += fmt::format("\"{}\",{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", a.attacker, a.pairs, a.auc,
                         a.interval ? fmt::to_string(a.interval->low) : "",
                         a.interval ? fmt::to_string(a.interval->high) : "", c.accuracy(), c.f1(),
                         c.precision(), c.recall(), c.true_positive, c.false_positive, c.true_negative,
                         c.false_negative, a.retrieval.precision_at_1, a.retrieval.map_at_r);
  }
  w.summary = fmt::format("method: {}\n{} test pairs of {} patients\n", r.method, r.pairs, r.patients);
  for (const char* kind : {"released_real", "released_released", "real_real"}) {
    const Attack* strongest = r.strongest(kind);
    if (!strongest) continue;
    Json summary{{"strongest_attacker", strongest->attacker},
                 {"strongest_auc", strongest->auc},
                 {"strongest_interval_95", interval_json(strongest->interval)}};
    w.summary += fmt::format("{}\n  strongest    {}: AUC {:.3f} ({})\n", kind, strongest->attacker,
                             strongest->auc, interval_text(strongest->interval));
    w.summary += fmt::format("               finds {:.3f} ({}) of the pairs at 1 % false positives\n",
                             strongest->rate_at_1_percent, interval_text(strongest->rate_interval));
    if (const auto learned = r.learned_aucs(kind); !learned.empty()) {
      const Spread s = spread_of(learned);
      summary["learned"] = {{"attackers", learned.size()},
                            {"mean_auc", s.mean},
                            {"deviation", s.deviation},
                            {"maximum_auc", s.maximum}};
      w.summary +=
          learned.size() == 1
              ? fmt::format("  learned      {:.3f}, one attacker\n", s.mean)
              : fmt::format("  learned      {} attackers: mean {:.3f}, deviation {:.3f}, maximum {:.3f}\n",
                            learned.size(), s.mean, s.deviation, s.maximum);
    }
    for (const Attack& a : r.attacks)
      if (!a.is_learned && a.pairs == kind) {
        summary["correlation_auc"] = a.auc;
        w.summary += fmt::format("  correlation  {:.3f}\n", a.auc);
      }
    w.json["summary"][kind] = summary;
  }
  return w;
}

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
            {"findings", Json::array()}};
  w.csv = "finding,positives,auc_before,auc_after\n";
  w.summary = fmt::format("method: {}\n{} films; AUC before and after (95 % interval over patients)\n",
                          r.method, r.films);
  for (const FindingResult& f : r.findings) {
    w.json["findings"].push_back({{"finding", f.finding},
                                  {"positives", f.positives},
                                  {"before", both(f.before)},
                                  {"after", both(f.after)}});
    w.csv += fmt::format("{},{},{},{}\n", f.finding, f.positives, csv_number(f.before.auc),
                         csv_number(f.after.auc));
    if (f.before.auc)
      w.summary += fmt::format("  {:<20} {:>4} films  {}  ->  {}\n", f.finding, f.positives,
                               auc_text(f.before), auc_text(f.after));
  }
  w.csv += fmt::format("mean,,{},{}\n", csv_number(r.mean_before.auc), csv_number(r.mean_after.auc));
  w.summary += fmt::format("  {:<20}             {}  ->  {}\n", "mean", auc_text(r.mean_before),
                           auc_text(r.mean_after));
  return w;
}

WrittenResult written(const ImageQualityResult& r) {
  WrittenResult w;
  w.csv = "film,psnr_db,ssim,changed_share,largest_displacement_pixels\n";
  FilmQuality sum{"", 0, 0, 0, 0};
  double most = 0, worst_ssim = 1;
  Json films = Json::array();
  for (const FilmQuality& f : r.films) {
    w.csv += fmt::format("{},{},{},{},{}\n", f.film, f.psnr, f.ssim, f.changed_share, f.largest_displacement);
    films.push_back({{"film", f.film},
                     {"psnr_db", std::isfinite(f.psnr) ? Json(f.psnr) : Json(nullptr)},
                     {"ssim", f.ssim},
                     {"changed_share", f.changed_share},
                     {"largest_displacement_pixels", f.largest_displacement}});
    sum.psnr += f.psnr;
    sum.ssim += f.ssim;
    sum.changed_share += f.changed_share;
    most = std::max(most, f.largest_displacement);
    worst_ssim = std::min(worst_ssim, f.ssim);
  }
  const double count = double(r.films.size());
  const double mean_psnr = sum.psnr / count;
  w.json = {{"task", ImageQualityConfig::task},
            {"method", r.method},
            {"mean_psnr_db", std::isfinite(mean_psnr) ? Json(mean_psnr) : Json(nullptr)},
            {"mean_ssim", sum.ssim / count},
            {"worst_ssim", worst_ssim},
            {"mean_changed_share", sum.changed_share / count},
            {"largest_displacement_pixels", most},
            {"films", films}};
  w.summary = fmt::format(
      "method: {}\n{} films: mean PSNR {:.1f} dB, mean SSIM {:.4f}, worst SSIM {:.4f}, {:.1f} % of "
      "pixels "
      "changed, largest displacement {:.2f} pixels\n",
      r.method, r.films.size(), mean_psnr, sum.ssim / count, worst_ssim, 100 * sum.changed_share / count,
      most);
  return w;
}

WrittenResult written(const RestorationResult& r) {
  WrittenResult w;
  w.json = {{"task", r.task}, {"method", r.method}, {"attack", r.attack}, {"films", r.films}};
  w.csv = "films,mean_psnr_db,mean_ssim,correlation_auc,verifier_auc\n";
  w.summary = fmt::format("method: {}\nattack: {}\n{} films\n", r.method, r.attack, r.films);
  for (const auto& [name, e] : {std::pair{"released", &r.released}, {"restored", &r.restored}}) {
    w.json[name] = {{"mean_psnr_db", std::isfinite(e->mean_psnr) ? Json(e->mean_psnr) : Json(nullptr)},
                    {"mean_ssim", e->mean_ssim},
                    {"correlation_auc", e->correlation_auc},
                    {"verifier_auc", number_or_null(e->verifier_auc)}};
    w.csv += fmt::format("{},{},{},{},{}\n", name, e->mean_psnr, e->mean_ssim, e->correlation_auc,
                         csv_number(e->verifier_auc));
    w.summary += fmt::format("  {}  PSNR {:.1f} dB, SSIM {:.4f}, correlation AUC {:.3f}{}\n", name,
                             e->mean_psnr, e->mean_ssim, e->correlation_auc,
                             e->verifier_auc ? fmt::format(", verifier AUC {:.3f}", *e->verifier_auc) : "");
  }
  return w;
}

WrittenResult written(const SegmentationResult& r) {
  WrittenResult w;
  const auto fit_json = [](const Fit& f) {
    return Json{{"mean_dice", f.mean_dice},
                {"worst_dice", f.worst_dice},
                {"mean_hausdorff_pixels", f.mean_hausdorff},
                {"missed_films", f.missed}};
  };
  w.json = {{"task", SegmentationConfig::task},
            {"method", r.method},
            {"films", r.films},
            {"organs", Json::array()}};
  w.csv = "organ,films,mean_dice,worst_dice,mean_hausdorff_pixels,missed_films\n";
  w.summary = fmt::format("method: {}\n{} films\n", r.method, r.films);
  for (const OrganResult& organ : r.organs) {
    w.json["organs"].push_back(
        {{"truth", organ.truth}, {"before", fit_json(organ.before)}, {"after", fit_json(organ.after)}});
    for (const auto& [name, f] : {std::pair{"before", &organ.before}, {"after", &organ.after}}) {
      w.csv += fmt::format("{},{},{},{},{},{}\n", organ.truth, name, f->mean_dice, f->worst_dice,
                           f->mean_hausdorff, f->missed);
      w.summary +=
          fmt::format("  {} {:<6}  Dice {:.3f} (worst {:.3f}), Hausdorff {:.1f} pixels, {} films missed\n",
                      organ.truth, name, f->mean_dice, f->worst_dice, f->mean_hausdorff, f->missed);
    }
  }
  return w;
}

}  // namespace scrim
