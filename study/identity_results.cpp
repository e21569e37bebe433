#include <algorithm>
#include <cmath>

#include "study/result_fields.h"
#include "study/results.h"

namespace scrim {
namespace {

constexpr const char* kinds[] = {"released_real", "released_released", "real_real"};
constexpr std::size_t most_patients_shown = 10;

Json rates_json(const std::vector<RateAt>& rates) {
  Json list = Json::array();
  for (const RateAt& r : rates)
    list.push_back({{"false_positive_rate", r.false_positive_rate},
                    {"true_positive_rate", number_or_null(r.true_positive_rate)},
                    {"interval_95", interval_json(r.interval)}});
  return list;
}

Json estimate_json(const std::optional<Estimate>& e) {
  return e ? Json{{"value", e->value}, {"interval_95", interval_json(e->interval)}} : Json(nullptr);
}

Json search_json(const FilmSearch& s, const std::vector<std::string>& films) {
  Json patients = Json::array();
  for (const FilmSearch::Patient& p : s.patients) {
    if (patients.size() == most_patients_shown) break;
    Json names = Json::array();
    for (const std::size_t film : p.films) names.push_back(films[film]);
    patients.push_back({{"films", names}, {"found", p.found}, {"margin", p.margin}});
  }
  const auto within = [&](std::size_t rank) {
    return s.found_within.size() >= rank ? Json(s.found_within[rank - 1]) : Json(nullptr);
  };
  const auto always = std::count_if(s.patients.begin(), s.patients.end(),
                                    [](const FilmSearch::Patient& p) { return p.found > 1 - 1e-9; });
  return {{"queries", s.queries},
          {"gallery_films", s.gallery},
          {"rank_1", within(1)},
          {"rank_1_interval_95", interval_json(s.rank_1_interval)},
          {"rank_5", within(5)},
          {"rank_10", within(10)},
          {"map_at_r", s.queries > 0 ? Json(s.map_at_r) : Json(nullptr)},
          {"chance", s.chance},
          {"patients", s.patients.size()},
          {"patients_always_found", always},
          {"cumulative_match", s.found_within},
          {"worst_patients", patients}};
}

Json enrolment_json(const std::optional<EnrolmentSearch>& e) {
  if (!e) return nullptr;
  Json by_gallery = Json::array();
  for (const GalleryPoint& p : e->by_gallery)
    by_gallery.push_back({{"patients", p.patients}, {"rank_1", p.rank_1}, {"extrapolated", p.extrapolated}});
  return {{"repetitions", e->repetitions},
          {"gallery_patients", e->gallery},
          {"queries", e->queries},
          {"chance", e->chance},
          {"rank_1", e->rank_1},
          {"rank_1_interval_95", interval_json(e->rank_1_interval)},
          {"rank_5", e->rank_5},
          {"rank_10", e->rank_10},
          {"rank_1_of_films_joined_by_maximum", e->rank_1_by_maximum},
          {"rank_1_of_films_joined_by_mean", e->rank_1_by_mean},
          {"missed_at_1_percent_false_identifications", number_or_null(e->missed_at_1_percent)},
          {"missed_at_10_percent_false_identifications", number_or_null(e->missed_at_10_percent)},
          {"by_gallery", by_gallery}};
}

Json attack_json(const Attack& a, const std::vector<std::string>& films) {
  const IdentityFigures& f = a.figures;
  return {{"attacker", a.attacker.name},
          {"family", a.attacker.family},
          {"is_control", a.attacker.is_control},
          {"knows", a.attacker.knows},
          {"trained_on", a.attacker.trained_on},
          {"training_films", a.attacker.training_films},
          {"training_steps", a.attacker.training_steps},
          {"pairs", a.pairs},
          {"valid_auc", number_or_null(a.valid_auc)},
          {"strangers", figures_json(f.strangers)},
          {"matched", f.matched ? figures_json(*f.matched) : Json(nullptr)},
          {"listed", figures_json(f.listed)},
          {"search", search_json(f.search, films)},
          {"original_rank_1", number_or_null(f.original_rank_1)},
          {"enrolment", enrolment_json(f.enrolment)},
          {"threshold", a.threshold},
          {"accuracy", a.confusion.accuracy()},
          {"f1", a.confusion.f1()},
          {"precision", a.confusion.precision()},
          {"recall", a.confusion.recall()},
          {"listed_scores", a.listed_scores}};
}

Json inferences_json(const std::map<FilmKind, std::vector<Inference>>& inferences) {
  Json json = Json::object();
  for (const auto& [kind, of_kind] : inferences)
    for (const Inference& i : of_kind)
      json[kind == FilmKind::real ? "real" : "released"].push_back(
          {{"attribute", i.attribute},
           {"read_from_film", estimate_json(i.from_film)},
           {"guessed_without_film", estimate_json(i.without_film)},
           {"risk", estimate_json(i.risk)}});
  return json;
}

std::string inferences_text(const VerificationResult& r) {
  std::string text;
  for (const auto& [kind, of_kind] : r.inferences)
    for (const Inference& i : of_kind)
      if (i.from_film && i.without_film)
        text +=
            fmt::format("  {} read from {} films: {:.0f} % of patients; guessed without a film: {:.0f} %\n",
                        i.attribute, kind == FilmKind::real ? "real" : "released", 100 * i.from_film->value,
                        100 * i.without_film->value);
  return text;
}

/// Of attackers trained from several seeds.
std::string seeds_text(const VerificationResult& r, const std::string& kind) {
  std::string text;
  const auto seeds = r.seeds.find(kind);
  if (seeds == r.seeds.end()) return text;
  for (const SeedFigures& f : seeds->second)
    if (f.over.aucs.size() > 1)
      text +=
          fmt::format("  {}: one of {} seeds reaches AUC {:.3f} ({}), standard deviation {:.3f}\n", f.family,
                      f.over.aucs.size(), f.over.mean, interval_text(f.over.interval), f.over.deviation);
  return text;
}

std::string csv_line(const Attack& a) {
  const auto interval = [](const std::optional<Interval>& i) {
    return i ? fmt::format("{},{}", i->low, i->high) : ",";
  };
  const auto figures = [&](const VerificationFigures& f) {
    std::string line = fmt::format("{},{}", csv_number(f.auc), interval(f.interval));
    for (const RateAt& rate : f.rates) line += "," + csv_number(rate.true_positive_rate);
    return line;
  };
  const IdentityFigures& f = a.figures;
  return fmt::format("\"{}\",{},{},{},{},{},{},{}\n", a.attacker.name, a.pairs, csv_number(a.valid_auc),
                     figures(f.strangers), f.matched ? figures(*f.matched) : ",,,,,",
                     csv_number(f.listed.auc),
                     f.search.found_within.empty() ? "" : fmt::to_string(f.search.found_within.front()),
                     f.enrolment ? fmt::to_string(f.enrolment->rank_1) : "");
}

std::string line(const std::string& what, const Attack& a) {
  std::string text = fmt::format("  {:<28} {}", what, auc_text(a.figures.strangers));
  if (a.figures.matched) text += fmt::format("; matched {}", auc_text(*a.figures.matched));
  return text + "\n";
}

std::string details(const Attack& a) {
  std::string text;
  const RateAt& rate = a.figures.strangers.rates.front();
  if (rate.true_positive_rate)
    text += fmt::format("    finds {:.3f} ({}) of the pairs of one patient at 1 % false positives\n",
                        *rate.true_positive_rate, interval_text(rate.interval));
  if (const FilmSearch& s = a.figures.search; s.queries > 0)
    text += fmt::format("    rank 1 in {:.3f} of {} searches among {} films (chance {:.3f})\n",
                        s.found_within.front(), s.queries, s.gallery, s.chance);
  if (const auto& e = a.figures.enrolment)
    text += fmt::format("    rank 1 in {:.3f} ({}) among one film of each of {} patients\n", e->rank_1,
                        interval_text(e->rank_1_interval), e->gallery);
  if (a.figures.original_rank_1)
    text += fmt::format("    finds the film itself at rank 1 in {:.3f} of the searches\n",
                        *a.figures.original_rank_1);
  return text;
}

Json summary_json(const VerificationResult& r, const std::string& kind, const Attack& strongest) {
  const Attack *most = r.strongest_in_test(kind), *control = r.control(kind);
  Json summary{{"strongest_attacker", strongest.attacker.name},
               {"chosen_on", strongest.valid_auc ? "validation" : "test"},
               {"strongest_auc", number_or_null(strongest.figures.strangers.auc)},
               {"strongest_interval_95", interval_json(strongest.figures.strangers.interval)},
               {"maximum_in_test_attacker", most->attacker.name},
               {"maximum_in_test_auc", number_or_null(most->figures.strangers.auc)},
               {"control_auc", control ? number_or_null(control->figures.strangers.auc) : Json(nullptr)}};
  if (const auto& risks = r.risks.find(kind); risks != r.risks.end())
    summary["risks"] = {{"singling_out", estimate_json(risks->second.singling_out)},
                        {"linkability", estimate_json(risks->second.linkability)}};
  if (const auto seeds = r.seeds.find(kind); seeds != r.seeds.end())
    for (const SeedFigures& f : seeds->second)
      summary["seeds"].push_back({{"family", f.family},
                                  {"aucs", f.over.aucs},
                                  {"mean_auc", f.over.mean},
                                  {"deviation", f.over.deviation},
                                  {"interval_95", interval_json(f.over.interval)}});
  if (const auto curve = r.learning_curves.find(kind); curve != r.learning_curves.end())
    for (const LearningPoint& p : curve->second)
      summary["learning_curve"].push_back({{"training_films", p.training_films},
                                           {"auc", number_or_null(p.auc)},
                                           {"interval_95", interval_json(p.interval)}});
  return summary;
}

Json guarantee_json(const std::optional<ReleaseGuarantee>& g) {
  if (!g) return nullptr;
  Json bounds = Json::array();
  for (const double rate : {0.01, 0.001, 0.0001})
    bounds.push_back({{"false_positive_rate", rate},
                      {"true_positive_rate_at_most", number_or_null(g->true_positives(rate))}});
  return {{"cells", g->cells()},
          {"films_by_cell", g->films()},
          {"entropy_bits", g->entropy_bits()},
          {"least_share", number_or_null(g->least_share())},
          {"true_positive_bounds", bounds},
          {"text", g->text()}};
}

}  // namespace

Json figures_json(const VerificationFigures& f) {
  return {{"pairs_of_one", f.pairs_of_one},
          {"pairs_of_two", f.pairs_of_two},
          {"patients", f.patients},
          {"auc", number_or_null(f.auc)},
          {"interval_95", interval_json(f.interval)},
          {"equal_error_rate", number_or_null(f.equal_error_rate)},
          {"rates", rates_json(f.rates)},
          {"roc", rates_json(f.roc)}};
}

Json difference_json(const std::optional<Difference>& d) {
  return d ? Json{{"value", d->value},
                  {"interval_95", interval_json(d->interval)},
                  {"p_value", d->p_value},
                  {"smallest_shown", d->smallest_shown}}
           : Json(nullptr);
}

std::string auc_text(const VerificationFigures& f) {
  return f.auc ? fmt::format("AUC {:.3f} ({})", *f.auc, interval_text(f.interval)) : "not measurable";
}

WrittenResult written(const VerificationResult& r) {
  WrittenResult w;
  w.json = {{"task", RetrainVerifierConfig::task},
            {"method", r.method},
            {"listed_pairs", r.listed_pairs},
            {"test_films", r.films},
            {"test_patients", r.patients},
            {"matched_by", r.matched_by},
            {"missing_columns", r.missing_columns},
            {"attacks", Json::array()},
            {"summary", Json::object()}};
  w.csv =
      "attacker,pairs,valid_auc,auc,auc_low,auc_high,tpr_at_1_percent,tpr_at_0.1_percent,tpr_at_0.01_percent,"
      "matched_auc,matched_auc_low,matched_auc_high,matched_tpr_at_1_percent,matched_tpr_at_0.1_percent,"
      "matched_tpr_at_0.01_percent,listed_auc,rank_1_of_all_films,rank_1_of_enrolled\n";
  for (const Attack& a : r.attacks) {
    w.json["attacks"].push_back(attack_json(a, r.test_films));
    w.csv += csv_line(a);
  }
  w.summary = fmt::format("method: {}\n{} test films of {} patients; {}\n", r.method, r.films, r.patients,
                          r.matched_by.empty() ? "the table has nothing to match pairs by"
                                               : "matched pairs have in common: " + r.matched_by);
  if (!r.matched_by.empty() && !r.missing_columns.empty()) {
    w.summary += "not matched, the table lacks it:";
    for (const auto& column : r.missing_columns) w.summary += " " + column;
    w.summary += "\n";
  }
  for (const char* kind : kinds) {
    const Attack* strongest = r.strongest(kind);
    if (!strongest) continue;
    w.json["summary"][kind] = summary_json(r, kind, *strongest);
    w.summary += fmt::format("{}\n  strongest by {}: {}\n", kind,
                             strongest->valid_auc ? "validation" : "the test itself (no validation pairs)",
                             strongest->attacker.name);
    w.summary += details(*strongest);
    for (const Attack& a : r.attacks)
      if (a.pairs == kind) w.summary += line(a.attacker.name, a);
    w.summary += seeds_text(r, kind);
  }
  w.summary += inferences_text(r);
  w.json["inference"] = inferences_json(r.inferences);
  w.json["guarantee"] = guarantee_json(r.guarantee);
  if (r.guarantee) w.summary += r.guarantee->text() + "\n";
  w.budgets = Json::array();
  for (const Attack& a : r.attacks)
    w.budgets.push_back({{"attacker", a.attacker.name},
                         {"pairs", a.pairs},
                         {"training_films", a.attacker.training_films},
                         {"training_steps", a.attacker.training_steps},
                         {"training_seconds", a.attacker.training_seconds}});
  w.scores.metadata["films"] = Json(r.test_films).dump();
  for (const Attack& a : r.attacks)
    w.scores.tensors[a.pairs + "/" + a.attacker.name] = Tensor::from<float>({r.films, r.films}, a.scores);
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
                    {"correlation", figures_json(e->correlation)},
                    {"verifier", e->verifier ? figures_json(*e->verifier) : Json(nullptr)}};
    w.csv += fmt::format("{},{},{},{},{}\n", name, e->mean_psnr, e->mean_ssim, csv_number(e->correlation.auc),
                         e->verifier ? csv_number(e->verifier->auc) : "");
    w.summary += fmt::format("  {}  PSNR {:.1f} dB, SSIM {:.4f}\n    correlation {}\n", name, e->mean_psnr,
                             e->mean_ssim, auc_text(e->correlation));
    if (e->verifier) w.summary += fmt::format("    verifier    {}\n", auc_text(*e->verifier));
  }
  w.json["gain"] = {{"correlation", difference_json(r.correlation_gain)},
                    {"verifier", difference_json(r.verifier_gain)}};
  if (const auto& d = r.correlation_gain)
    w.summary +=
        fmt::format("  restoring adds {:+.3f} ({:+.3f} to {:+.3f}) to the correlation attacker's AUC\n",
                    d->value, d->interval.low, d->interval.high);
  return w;
}

}  // namespace scrim
