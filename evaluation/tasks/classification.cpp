#include "evaluation/tasks/classification.h"

#include <set>

#include "films/finding_logits.h"
#include "models/networks/weight_files.h"

namespace scrim {
void check(const ClassificationConfig& c) {
  check(c.data, 16);
  check_given("data.labels", c.labels, "a table of findings");
  check_given("judges.classifier", c.classifier, "a weight file of train_classifier");
  check_release_fields(c);
  expect(c.boxes_side >= 1, "data.boxes_side", c.boxes_side, "at least 1");
  expect(c.bootstrap_draws >= 0 && c.bootstrap_draws <= 1'000'000, "evaluation.bootstrap_draws",
         c.bootstrap_draws, "0 to 1000000");
  check_given("output.folder", c.folder, "a folder");
}

std::vector<std::vector<GroupedCase>> finding_cases(const Tensor& logits,
                                                    const std::vector<std::string>& films,
                                                    const LabelTable& labels) {
  std::vector<std::vector<GroupedCase>> sets(finding_names.size());
  for (std::size_t i = 0; i < films.size(); ++i) {
    const FilmLabels& film = labels.of(films[i]);
    const std::string known = labels.patient_of(films[i]), patient = known.empty() ? films[i] : known;
    for (std::size_t finding = 0; finding < sets.size(); ++finding)
      sets[finding].push_back(
          {{logits.data<float>()[i * sets.size() + finding], film.findings[finding]}, patient, patient});
  }
  return sets;
}

ClassificationResult compared(const std::vector<std::vector<GroupedCase>>& before,
                              const std::vector<std::vector<GroupedCase>>& after, std::int64_t draws,
                              const Random& random) {
  ClassificationResult result;
  result.films = std::int64_t(before.front().size());
  std::vector<std::vector<GroupedCase>> counted_before, counted_after;
  std::vector<std::optional<double>> aucs_before, aucs_after;
  for (std::size_t finding = 0; finding < finding_names.size(); ++finding) {
    FindingResult f;
    f.finding = finding_names[finding];
    std::set<std::string> with, without;
    for (const GroupedCase& c : before[finding]) {
      f.positives += c.scored.positive;
      (c.scored.positive ? with : without).insert(c.first_group);
    }
    f.positive_patients = std::int64_t(with.size());
    f.counts = f.positive_patients >= ClassificationResult::least_patients &&
               std::int64_t(without.size()) >= ClassificationResult::least_patients;
    f.before.auc = roc_auc(ungrouped(before[finding]));
    f.after.auc = roc_auc(ungrouped(after[finding]));
    if (f.counts) {
      f.before.interval = jackknife_auc(before[finding]);
      f.after.interval = jackknife_auc(after[finding]);
      f.change = paired_auc_difference(before[finding], after[finding], draws, random);
      aucs_before.push_back(f.before.auc);
      aucs_after.push_back(f.after.auc);
      counted_before.push_back(before[finding]);
      counted_after.push_back(after[finding]);
    }
    result.findings.push_back(std::move(f));
  }
  if (counted_before.empty()) return result;
  result.mean_before = {mean_of_known(aucs_before), bootstrap_mean_auc(counted_before, draws, random)};
  result.mean_after = {mean_of_known(aucs_after), bootstrap_mean_auc(counted_after, draws, random)};
  result.mean_change = paired_mean_auc_difference(counted_before, counted_after, draws, random);
  return result;
}

ClassificationResult evaluate(const ClassificationConfig& config) {
  check(config);
  const LabelTable labels(config.labels);
  const auto classifier = load_classifier(config.classifier);
  Releaser releaser(config.release, config.masks, std::uint64_t(config.seed));
  const FilmSet films(config.data.images, film_names(config.data.images, config.test_list),
                      config.data.options());
  labels.require_all(films.names());
  const FilmSet released = releaser.release(films);
  const auto cases_of = [&](const FilmSet& set) {
    return finding_cases(finding_logits(*classifier.network, set.at_size(classifier.image_size)), set.names(),
                         labels);
  };
  ClassificationResult result = compared(cases_of(films), cases_of(released), config.bootstrap_draws,
                                         Random(std::uint64_t(config.seed), "bootstrap"));
  result.method = releaser.method().describe();
  const Method& method = releaser.method();
  if (config.boxes.empty() || (method.donors() && !method.keeps_a_part())) return result;
  const PlaceOnFilm place = [&](std::int64_t film, double x, double y) {
    return place_seen_at(releaser.release_one(films, film).seen_at, x, y);
  };
  result.pointing = pointing_game(*classifier.network, films.at_size(classifier.image_size),
                                  released.at_size(classifier.image_size), read_finding_boxes(config.boxes),
                                  config.boxes_side, method.keeps_a_part() ? place : nullptr);
  return result;
}

}  // namespace scrim
