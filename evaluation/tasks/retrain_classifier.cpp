#include "evaluation/tasks/retrain_classifier.h"

namespace scrim {

void check(const RetrainClassifierConfig& c) {
  check(c.data, 16);
  check_given("data.labels", c.labels, "a table of findings");
  check_given("judges.classifier", c.classifier, "a weight file of train_classifier");
  check(c.release);
  check(c.augmentation);
  check(c.model, "model");
  expect(c.seeds >= 1 && c.seeds <= 100, "model.seeds", c.seeds, "1 to 100");
  check(c.training);
  check(c.optimizer, "optimizer");
  check(c.schedule);
  expect(c.bootstrap_draws >= 0 && c.bootstrap_draws <= 1'000'000, "evaluation.bootstrap_draws",
         c.bootstrap_draws, "0 to 1000000");
  check_given("output.folder", c.folder, "a folder");
}

RetrainedClassifierResult evaluate(
    const RetrainClassifierConfig& config,
    const std::function<void(const std::string&, const TrainingProgress&)>& progress) {
  check(config);
  const LabelTable labels(config.labels);
  const auto patient = [&](const std::string& film) { return labels.patient_of(film); };
  Releaser releaser(config.release, config.masks, std::uint64_t(config.training.seed));
  const FilmSet test(config.data.images, film_names(config.data.images, config.test_list),
                     config.data.options());
  labels.require_all(test.names());
  TrainAndValid films = read_films(config.data, config.lists, patient);
  require_apart(films.train, test, patient, {"training", "test"});
  if (films.valid) require_apart(*films.valid, test, patient, {"validation", "test"});
  films.train = releaser.release(films.train);
  if (films.valid) films.valid = releaser.release(*films.valid);

  const auto cases_of = [&](const std::string& weights) {
    const auto classifier = load_classifier(weights);
    return finding_cases(finding_logits(*classifier.network, test.at_size(classifier.image_size)),
                         test.names(), labels);
  };
  const auto before = cases_of(config.classifier);
  ClassifierConfig training{.data = config.data,
                            .labels = config.labels,
                            .augmentation = config.augmentation,
                            .model = config.model,
                            .training = config.training,
                            .optimizer = config.optimizer,
                            .schedule = config.schedule};
  const Random random(std::uint64_t(config.training.seed), "bootstrap");
  RetrainedClassifierResult result;
  std::vector<std::vector<GroupedCase>> after;
  for (std::int64_t seed = config.training.seed; seed < config.training.seed + config.seeds; ++seed) {
    training.training.seed = seed;
    training.folder = fmt::format("{}/classifiers/seed_{}", config.folder, seed);
    const std::string name = fmt::format("classifier on released films, seed {}", seed);
    const std::string text =
        fmt::format("# a classifier of the evaluation in ../..; its settings stand there\nseed = {}\n", seed);
    const TrainingResult trained =
        train_classifier(training, films, text, true, [&](const TrainingProgress& p) { progress(name, p); });
    const auto cases = cases_of(trained.weights);
    result.aucs.push_back(compared(before, cases, 0, random).mean_after.auc);
    if (after.empty()) {
      after = cases;
      continue;
    }
    for (std::size_t finding = 0; finding < after.size(); ++finding)
      for (std::size_t i = 0; i < after[finding].size(); ++i)
        after[finding][i].scored.score += cases[finding][i].scored.score;
  }
  result.findings = compared(before, after, config.bootstrap_draws, random);
  result.findings.method = releaser.method().describe();
  return result;
}

}  // namespace scrim
