#include "evaluation/tasks/retrain_verifier.h"

#include <algorithm>
#include <set>

#include "evaluation/attackers/correlation_attacker.h"

namespace scrim {
namespace {

/// Films and what was made of them, with the pairs among them.
struct Side {
  PairSet set;
  FilmSet real, released;

  const FilmSet& first(const std::string& kind) const { return kind == "real_real" ? real : released; }
  const FilmSet& second(const std::string& kind) const {
    return kind == "released_released" ? released : real;
  }
};

Side read_side(const RetrainVerifierConfig& config, const std::vector<Pair>& pairs,
               const Releaser& releaser) {
  PairSet set = indexed(pairs);
  FilmSet real(config.data.images, set.names, config.data.options());
  FilmSet released = releaser.release(real);
  return {std::move(set), std::move(real), std::move(released)};
}

std::vector<IndexedPair> all_pairs(std::int64_t films) {
  std::vector<IndexedPair> pairs;
  for (std::int64_t i = 0; i < films; ++i)
    for (std::int64_t j = 0; j < films; ++j) pairs.push_back({i, j, false});
  return pairs;
}

std::vector<std::vector<double>> as_rows(const std::vector<double>& scores, std::int64_t films) {
  std::vector<std::vector<double>> rows;
  for (std::int64_t i = 0; i < films; ++i)
    rows.emplace_back(scores.begin() + i * films, scores.begin() + (i + 1) * films);
  return rows;
}

/// The threshold with the best accuracy.
double best_threshold(const std::vector<Scored>& cases) {
  double best = 0, accuracy = -1;
  for (const RocPoint& point : roc_curve(cases)) {
    const double reached = confusion_at(cases, point.threshold).accuracy();
    if (reached > accuracy) {
      accuracy = reached;
      best = point.threshold;
    }
  }
  return best;
}

/// Strangers to the test for the correlation attacker, as different from each other as the films allow.
std::vector<std::string> a_film_of_each_patient(const std::vector<std::string>& films,
                                                const std::vector<std::string>& patients) {
  std::set<std::string> seen;
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < films.size() && chosen.size() < CorrelationAttacker::most_strangers; ++i)
    if (seen.insert(patients[i]).second) chosen.push_back(films[i]);
  return chosen;
}

class Evaluation {
 public:
  explicit Evaluation(const RetrainVerifierConfig& config)
      : config_(config),
        labels_(config.labels.empty() ? std::nullopt : std::optional<LabelTable>(config.labels)),
        releaser_(config.release, config.masks, std::uint64_t(config.training.seed)),
        train_(read_side(config, pairs_to_learn_from(config.lists.train, config.contrast), releaser_)),
        test_(read_side(config, read_pairs(config.test_pairs), releaser_)),
        patients_(patients_of(test_.set.names)) {
    const auto patient_of = [this](const std::string& film) { return this->patient_of(film); };
    if (!config.lists.valid.empty()) {
      valid_.emplace(read_side(config, read_pairs(config.lists.valid), releaser_));
      require_apart(train_.real, valid_->real, patient_of);
      require_apart(valid_->real, test_.real, patient_of);
    }
    require_apart(train_.real, test_.real, patient_of);
    result_.method = releaser_.method().describe();
    result_.pairs = std::int64_t(test_.set.pairs.size());
    result_.patients = std::int64_t(std::set<std::string>(patients_.begin(), patients_.end()).size());
  }

  VerificationResult run(const std::function<void(const std::string&, const TrainingProgress&)>& progress) {
    if (config_.correlation) ask_correlation();
    const auto trained_on =
        releaser_.method().changes_nothing() ? std::vector<std::string>{"real_real"} : config_.trained_on;
    for (const auto& kind : trained_on)
      for (std::int64_t i = 0; i < config_.seeds; ++i) ask_learned(kind, config_.training.seed + i, progress);
    return std::move(result_);
  }

 private:
  std::vector<std::string> kinds() const {
    if (releaser_.method().changes_nothing()) return {"real_real"};
    return {"released_real", "released_released", "real_real"};
  }

  std::string patient_of(const std::string& film) const {
    return labels_ ? labels_->patient_of(film) : patient_of_name(film);
  }
  /// Throws Error for a film whose patient nobody says: intervals and searches are about patients.
  std::vector<std::string> patients_of(const std::vector<std::string>& films) const {
    std::vector<std::string> patients;
    for (const auto& film : films) {
      patients.push_back(patient_of(film));
      require(!patients.back().empty(), "data", "the patient of {} is not known. Set data.labels to a table",
              film);
    }
    return patients;
  }

  void ask_correlation() {
    const FilmSet cohort(config_.data.images,
                         config_.cohort_list.empty()
                             ? a_film_of_each_patient(train_.set.names, patients_of(train_.set.names))
                             : read_list(config_.cohort_list),
                         config_.data.options());
    const CorrelationAttacker attacker(cohort);
    ask(
        "correlation", false, [&](const FilmSet& films) { return attacker.look_at(films); },
        [&](const auto& first, const auto& second, const std::vector<IndexedPair>& pairs) {
          return attacker.scores(first, second, pairs);
        });
  }

  void ask_learned(const std::string& trained_on, std::int64_t seed,
                   const std::function<void(const std::string&, const TrainingProgress&)>& progress) {
    const std::string name = fmt::format("learned on {}, seed {}", trained_on, seed);
    VerifierConfig training{.data = config_.data,
                            .augmentation = config_.augmentation,
                            .model = config_.attacker,
                            .start_weights = config_.start_weights,
                            .contrast = config_.contrast,
                            .training = config_.training,
                            .optimizer = config_.optimizer};
    training.training.seed = seed;
    training.folder = config_.folder + fmt::format("/attackers/{}_seed_{}", trained_on, seed);
    const auto data = [&](const Side& side) {
      return PairData{side.first(trained_on), side.second(trained_on), side.set.pairs};
    };
    const PairData train = data(train_);
    const std::optional<PairData> valid = valid_ ? std::optional<PairData>(data(*valid_)) : std::nullopt;
    const TrainingResult trained =
        train_verifier(training, train, valid ? &*valid : nullptr, attacker_text(seed), true,
                       [&](const TrainingProgress& p) { progress(name, p); });
    const auto verifier = load_verifier(trained.weights);
    ask(
        name, true, [&](const FilmSet& films) { return embeddings(*verifier.network, films); },
        [&](const Tensor& first, const Tensor& second, const std::vector<IndexedPair>& pairs) {
          return pair_logits(*verifier.network, first, second, pairs);
        });
  }

  /// What stands in the attacker's run folder as its configuration.
  std::string attacker_text(std::int64_t seed) const {
    return fmt::format("# an attacker of the evaluation in ../..; its settings stand there\nseed = {}\n",
                       seed);
  }

  /// Asks an attacker about every kind of pairs. `look`: what he makes of each film, once; `score`: how alike he finds
  /// pairs of what he made.
  template <class Look, class Score>
  void ask(const std::string& attacker, bool is_learned, const Look& look, const Score& score) {
    using View = decltype(look(test_.real));
    const auto views = [&](const Side& side) {
      std::map<const FilmSet*, View> seen;
      for (const auto& kind : kinds())
        for (const FilmSet* films : {&side.first(kind), &side.second(kind)})
          if (!seen.contains(films)) seen.emplace(films, look(*films));
      return seen;
    };
    const auto test = views(test_);
    const auto valid = valid_ ? views(*valid_) : std::map<const FilmSet*, View>{};
    const auto scores = [&](const Side& side, const auto& seen, const std::string& kind,
                            const std::vector<IndexedPair>& pairs) {
      return score(seen.at(&side.first(kind)), seen.at(&side.second(kind)), pairs);
    };
    const std::int64_t gallery = std::min(config_.gallery, test_.real.count());
    for (const auto& kind : kinds()) {
      Attack attack = figures_of(scores(test_, test, kind, test_.set.pairs));
      attack.attacker = attacker;
      attack.is_learned = is_learned;
      attack.pairs = kind;
      const auto cases = scored_pairs(attack.scores, test_.set.pairs);
      if (valid_)
        attack.threshold =
            best_threshold(scored_pairs(scores(*valid_, valid, kind, valid_->set.pairs), valid_->set.pairs));
      attack.confusion = confusion_at(cases, attack.threshold);
      if (gallery > 0)
        attack.retrieval = retrieval(as_rows(scores(test_, test, kind, all_pairs(gallery)), gallery),
                                     {patients_.begin(), patients_.begin() + gallery});
      result_.attacks.push_back(std::move(attack));
    }
  }

  /// What follows from the scores of the test pairs alone.
  Attack figures_of(std::vector<double> scores) const {
    Attack attack;
    const auto cases = scored_pairs(scores, test_.set.pairs);
    const auto auc = roc_auc(cases);
    require(auc.has_value(), config_.test_pairs, "needs pairs of one patient and pairs of two");
    attack.auc = *auc;
    attack.roc = roc_curve(cases);
    std::vector<GroupedCase> grouped;
    for (std::size_t i = 0; i < cases.size(); ++i)
      grouped.push_back({cases[i], patients_[std::size_t(test_.set.pairs[i].first)],
                         patients_[std::size_t(test_.set.pairs[i].second)]});
    const Random random(std::uint64_t(config_.training.seed), "bootstrap");
    attack.interval = jackknife_auc(grouped);
    attack.rate_at_1_percent = *true_positive_rate_at(cases, 0.01);
    attack.rate_interval = rate_interval(grouped, attack.rate_at_1_percent, random);
    attack.roc_intervals = bootstrap_roc(grouped, config_.bootstrap_draws, random);
    attack.scores = std::move(scores);
    return attack;
  }

  /// Where nothing was hit, samples of patients show no spread: the exact bound for as many patients stands there. Pairs of
  /// one patient are not independent, patients are.
  std::optional<Interval> rate_interval(const std::vector<GroupedCase>& cases, double rate,
                                        const Random& random) const {
    if (rate == 0) {
      std::set<std::string> patients;
      for (const GroupedCase& c : cases)
        if (c.scored.positive) patients.insert(c.first_group);
      return exact_share_interval(0, std::int64_t(patients.size()));
    }
    const auto intervals = bootstrap_true_positive_rates(cases, {0.01}, config_.bootstrap_draws, random);
    return intervals.empty() ? std::nullopt : std::optional(intervals.front());
  }

  const RetrainVerifierConfig& config_;
  std::optional<LabelTable> labels_;
  Releaser releaser_;
  Side train_, test_;
  std::optional<Side> valid_;
  std::vector<std::string> patients_;
  VerificationResult result_;
};

}  // namespace

void check(const RetrainVerifierConfig& c) {
  check(c.data, 16);
  check_given("data.train_pairs", c.lists.train, "a file of pairs");
  check_given("data.test_pairs", c.test_pairs, "a file of pairs");
  check(c.release);
  check(c.attacker, "attacker");
  expect(c.seeds >= 0 && c.seeds <= 100, "attacker.seeds", c.seeds, "0 to 100");
  for (const auto& kind : c.trained_on)
    expect(kind == "released_released" || kind == "released_real" || kind == "real_real",
           "attacker.trained_on", kind, "\"released_released\", \"released_real\" or \"real_real\"");
  expect(c.correlation || (c.seeds > 0 && !c.trained_on.empty()), "attacker.seeds", c.seeds,
         "an attacker: seeds above 0, or correlation");
  check(c.augmentation);
  check(c.training);
  check(c.contrast, c.training.batch_size);
  check(c.optimizer, "optimizer");
  expect(c.bootstrap_draws >= 0 && c.bootstrap_draws <= 1'000'000, "evaluation.bootstrap_draws",
         c.bootstrap_draws, "0 to 1000000");
  expect(c.gallery >= 0, "evaluation.gallery", c.gallery, "at least 0");
  check_given("output.folder", c.folder, "a folder");
}

const Attack* VerificationResult::strongest(const std::string& pairs_kind) const {
  const Attack* best = nullptr;
  for (const Attack& attack : attacks)
    if (attack.pairs == pairs_kind && (!best || attack.auc > best->auc)) best = &attack;
  return best;
}

std::vector<double> VerificationResult::learned_aucs(const std::string& pairs_kind) const {
  std::vector<double> aucs;
  for (const Attack& attack : attacks)
    if (attack.is_learned && attack.pairs == pairs_kind) aucs.push_back(attack.auc);
  return aucs;
}

VerificationResult evaluate(
    const RetrainVerifierConfig& config,
    const std::function<void(const std::string&, const TrainingProgress&)>& progress) {
  check(config);
  return Evaluation(config).run(progress);
}

}  // namespace scrim
