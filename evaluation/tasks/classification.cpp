#include "evaluation/tasks/classification.h"

#include "training/tasks/train_classifier.h"

namespace scrim {
namespace {

/// The cases of every finding, in the order of finding_names.
std::vector<std::vector<GroupedCase>> cases_of(DenseNet& classifier, const FilmSet& films,
                                               const LabelTable& labels) {
  const Tensor logits = finding_logits(classifier, films);
  std::vector<std::vector<GroupedCase>> sets(finding_names.size());
  for (std::int64_t i = 0; i < films.count(); ++i) {
    const FilmLabels& film = labels.of(films.name(i));
    const std::string known = labels.patient_of(films.name(i)),
                      patient = known.empty() ? films.name(i) : known;
    for (std::size_t finding = 0; finding < sets.size(); ++finding)
      sets[finding].push_back(
          {{logits.data<float>()[std::size_t(i) * sets.size() + finding], film.findings[finding]},
           patient,
           patient});
  }
  return sets;
}

std::vector<Scored> scored(const std::vector<GroupedCase>& cases) {
  std::vector<Scored> plain;
  for (const GroupedCase& c : cases) plain.push_back(c.scored);
  return plain;
}

}  // namespace

void check(const ClassificationConfig& c) {
  check(c.data, 16);
  check_given("data.labels", c.labels, "a table of findings");
  check_given("judges.classifier", c.classifier, "a weight file of train_classifier");
  check_release_fields(c);
  expect(c.bootstrap_draws >= 0 && c.bootstrap_draws <= 1'000'000, "evaluation.bootstrap_draws",
         c.bootstrap_draws, "0 to 1000000");
  check_given("output.folder", c.folder, "a folder");
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
  const auto before = cases_of(*classifier.network, films.at_size(classifier.image_size), labels);
  const auto after = cases_of(*classifier.network, released.at_size(classifier.image_size), labels);

  const Random random(std::uint64_t(config.seed), "bootstrap");
  ClassificationResult result{releaser.method().describe(), films.count(), {}, {}, {}};
  std::vector<std::optional<double>> aucs_before, aucs_after;
  const auto measure = [&](const std::vector<GroupedCase>& cases, std::vector<std::optional<double>>& aucs) {
    aucs.push_back(roc_auc(scored(cases)));
    return AucWithInterval{aucs.back(), bootstrap_auc(cases, config.bootstrap_draws, random)};
  };
  for (std::size_t finding = 0; finding < finding_names.size(); ++finding) {
    std::int64_t positives = 0;
    for (const GroupedCase& c : before[finding]) positives += c.scored.positive;
    result.findings.push_back({std::string(finding_names[finding]), positives,
                               measure(before[finding], aucs_before), measure(after[finding], aucs_after)});
  }
  result.mean_before = {mean_of_known(aucs_before),
                        bootstrap_mean_auc(before, config.bootstrap_draws, random)};
  result.mean_after = {mean_of_known(aucs_after), bootstrap_mean_auc(after, config.bootstrap_draws, random)};
  return result;
}

}  // namespace scrim
