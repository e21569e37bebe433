#include "study/report/evidence.h"

#include "base/file_hash.h"
#include "base/version.h"

namespace scrim {
namespace {

/// What decides, without the names of films.
Json attack_figures(const Json& attack) {
  Json figures{{"attacker", attack["attacker"]},
               {"family", attack["family"]},
               {"knows", attack["knows"]},
               {"valid_auc", attack["valid_auc"]}};
  for (const char* field : {"strangers", "matched", "listed", "search", "original_rank_1", "enrolment"})
    figures[field] = attack[field];
  figures["search"].erase("worst_patients");
  return figures;
}

Json control_figures(const Json& results, const std::string& kind) {
  const Json* control = control_attack(results, kind);
  return control ? Json{{"strangers", (*control)["strangers"]}, {"matched", (*control)["matched"]}}
                 : Json(nullptr);
}

Json method_json(const ReportData& data, const MethodResults& m) {
  Json kinds = Json::object();
  for (const KindResult& k : m.kinds)
    kinds[k.kind] = {{"strongest", attack_figures(*k.attack)},
                     {"chosen_on", m.attack["summary"][k.kind]["chosen_on"]},
                     {"maximum_in_test_auc", m.attack["summary"][k.kind]["maximum_in_test_auc"]},
                     {"change_from_raw", difference_json(k.change)},
                     {"p_value_holm", k.p_adjusted},
                     {"control", control_figures(m.attack, k.kind)},
                     {"risks", m.attack["summary"][k.kind].value("risks", Json(nullptr))},
                     {"seeds", m.attack["summary"][k.kind].value("seeds", Json::array())},
                     {"learning_curve", m.attack["summary"][k.kind].value("learning_curve", Json::array())}};
  Json findings = m.findings;
  Json quality = m.quality;
  if (!quality.is_null()) quality.erase("films");
  Json json{{"name", m.method->name},
            {"method", m.attack["method"]},
            {"verdict", words_of(m.verdict)},
            {"kinds", kinds},
            {"inference", m.attack["inference"].value("released", Json::array())},
            {"guarantee", m.attack["guarantee"]},
            {"research", m.research},
            {"findings", findings},
            {"organs", m.organs},
            {"lesions", m.lesions},
            {"image_quality", quality}};
  if (m.method->is_learned())
    json["weights_sha256"] =
        sha256_of_file(data.study.step_folder(game_step(*m.method)) / GameConfig::best_file);
  return json;
}

}  // namespace

Json evidence_json(const ReportData& data) {
  Json methods = Json::array();
  for (const MethodResults& m : data.methods) methods.push_back(method_json(data, m));
  const Json* raw = data.raw_attack();
  return {{"format", "scrim evidence 1"},
          {"program", std::string("scrim ") + version},
          {"programs_sha256", programs_of(data.study)},
          {"title", data.study.config.title},
          {"data_sha256", data.data_hash},
          {"bounds", {{"hides_below", hides_below}, {"largest_loss", largest_loss}}},
          {"test_films", data.raw["test_films"]},
          {"test_patients", data.raw["test_patients"]},
          {"matched_by", data.raw["matched_by"]},
          {"raw",
           {{"strongest", raw ? attack_figures(*raw) : Json(nullptr)},
            {"control", control_figures(data.raw, "real_real")},
            {"inference", data.raw["inference"].value("real", Json::array())},
            {"seeds", data.raw["summary"]["real_real"].value("seeds", Json::array())},
            {"learning_curve", data.raw["summary"]["real_real"].value("learning_curve", Json::array())}}},
          {"methods", methods},
          {"configuration", data.study.text}};
}

}  // namespace scrim
