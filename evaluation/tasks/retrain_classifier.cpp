#include "evaluation/tasks/retrain_classifier.h"

#include <set>

#include "films/donor_pool.h"
#include "films/finding_logits.h"

namespace scrim {
namespace {

using Cases = std::vector<std::vector<GroupedCase>>;  // by finding

/// The films of a set that are in no other set: donors can be drawn for both sides of a split.
FilmSet without(const FilmSet& films, const FilmSet& others) {
  std::set<std::uint64_t> there;
  for (std::int64_t i = 0; i < others.count(); ++i) there.insert(others.fingerprint(i));
  std::vector<std::int64_t> left;
  for (std::int64_t i = 0; i < films.count(); ++i)
    if (!there.contains(films.fingerprint(i))) left.push_back(i);
  require(!left.empty(), "donors",
          "all {} films to learn from are in the validation too: the pool is too small", films.count());
  return films.only(left);
}

/// Classifiers that learn from films that were given out, and what they find on real ones.
class Learners {
 public:
  using ShowProgress = std::function<void(const std::string&, const TrainingProgress&)>;

  Learners(const RetrainClassifierConfig& config, const FilmSet& test, const LabelTable& labels,
           const ShowProgress& progress)
      : config_(config),
        test_(test),
        labels_(labels),
        progress_(progress),
        before_(cases_of(config.classifier)) {}

  /// One for each seed, in folders below `folder`. `aucs`: of each.
  ClassificationResult learn(const TrainAndValid& films, const LabelTable& released, const std::string& from,
                             const std::string& folder, std::vector<std::optional<double>>* aucs) const {
    const Random random(std::uint64_t(config_.training.seed), "bootstrap");
    Cases sum;
    for (std::int64_t seed = config_.training.seed; seed < config_.training.seed + config_.seeds; ++seed) {
      const Cases cases = cases_of(trained(films, released, from, folder, seed));
      if (aucs) aucs->push_back(compared(before_, cases, 0, random).mean_after.auc);
      if (sum.empty()) {
        sum = cases;
        continue;
      }
      for (std::size_t finding = 0; finding < sum.size(); ++finding)
        for (std::size_t i = 0; i < sum[finding].size(); ++i)
          sum[finding][i].scored.score += cases[finding][i].scored.score;
    }
    return compared(before_, sum, config_.bootstrap_draws, random);
  }

 private:
  Cases cases_of(const std::string& weights) const {
    const auto classifier = load_classifier(weights);
    return finding_cases(finding_logits(*classifier.network, test_.at_size(classifier.image_size)),
                         test_.names(), labels_);
  }

  std::string trained(const TrainAndValid& films, const LabelTable& released, const std::string& from,
                      const std::string& folder, std::int64_t seed) const {
    ClassifierConfig training{.data = config_.data,
                              .labels = config_.labels,
                              .augmentation = config_.augmentation,
                              .model = config_.model,
                              .training = config_.training,
                              .optimizer = config_.optimizer,
                              .schedule = config_.schedule};
    training.training.seed = seed;
    training.folder = fmt::format("{}/{}/seed_{}", config_.folder, folder, seed);
    const std::string name = fmt::format("classifier on {}, seed {}", from, seed);
    const std::string text =
        fmt::format("# a classifier of the evaluation in ../..; its settings stand there\nseed = {}\n", seed);
    return train_classifier(training, released, films, text, true,
                            [&](const TrainingProgress& p) { progress_(name, p); })
        .weights;
  }

  const RetrainClassifierConfig& config_;
  const FilmSet& test_;
  const LabelTable& labels_;
  const ShowProgress& progress_;
  Cases before_;  ///< of the classifier that learned from real films
};

/// The table with the donors' labels beside.
LabelTable with_donors(LabelTable labels, const DonorPool& donors) {
  for (std::int64_t i = 0; i < donors.count(); ++i)
    labels.add(donors.names()[std::size_t(i)], donors.labels(i));
  return labels;
}

}  // namespace

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
  const Releaser releaser(config.release, config.masks, std::uint64_t(config.training.seed));
  const Method& method = releaser.method();
  const FilmSet test(config.data.images, film_names(config.data.images, config.test_list),
                     config.data.options());
  labels.require_all(test.names());
  TrainAndValid films = read_films(config.data, config.lists, patient);
  require_apart(films.train, test, patient, {"training", "test"});
  if (films.valid) require_apart(*films.valid, test, patient, {"validation", "test"});
  films.train = releaser.release(films.train);
  if (films.valid) films.valid = releaser.release(*films.valid);
  if (films.valid && method.donors()) films.train = without(films.train, *films.valid);

  const Learners learners(config, test, labels, progress);
  const LabelTable released =
      labels.changed([&](const FilmLabels& film) { return method.released_labels(film); });
  RetrainedClassifierResult result;
  result.findings = learners.learn(films, released, "released films", "classifiers", &result.aucs);
  result.findings.method = method.describe();
  if (const DonorPool* donors = method.donors()) {
    films.train = FilmSet(donors->images(), donors->names(), config.data.options());
    if (films.valid) films.train = without(films.train, *films.valid);
    result.donors_alone =
        learners.learn(films, with_donors(released, *donors), "donors", "classifiers_of_donors", nullptr);
  }
  return result;
}

}  // namespace scrim
