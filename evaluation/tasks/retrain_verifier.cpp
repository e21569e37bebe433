#include "evaluation/tasks/retrain_verifier.h"

#include <algorithm>

#include "base/notice.h"
#include "evaluation/attackers/correlation_attacker.h"
#include "evaluation/attackers/difference_attacker.h"
#include "evaluation/attackers/mixture.h"
#include "evaluation/tasks/attacker_trainer.h"

namespace scrim {
namespace {

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

std::vector<Scored> plain(const std::vector<GroupedCase>& grouped) {
  std::vector<Scored> cases;
  for (const GroupedCase& c : grouped) cases.push_back(c.scored);
  return cases;
}

/// Strangers to the test for the correlation attacker, as different from each other as the films allow.
std::vector<std::string> a_film_of_each_patient(const IdentityTest& test) {
  std::set<std::string> seen;
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < test.films().size() && chosen.size() < CorrelationAttacker::most_strangers; ++i)
    if (seen.insert(test.patients()[i]).second) chosen.push_back(test.films()[i]);
  return chosen;
}

class Evaluation {
 public:
  Evaluation(const RetrainVerifierConfig& config, const ShowProgress& progress)
      : config_(config),
        labels_(config.labels.empty() ? std::nullopt : std::optional<LabelTable>(config.labels)),
        releaser_(config.release, config.masks, std::uint64_t(config.training.seed)),
        train_(side(pairs_to_learn_from(config.lists.train, config.contrast), config.train_list)),
        test_(side(read_pairs(config.test_pairs), config.test_list)),
        valid_(config.lists.valid.empty()
                   ? std::nullopt
                   : std::optional(side(read_pairs(config.lists.valid), config.valid_list))),
        trainer_(config, releaser_, train_, valid_ ? &*valid_ : nullptr, progress) {
    const auto patient = [this](const std::string& film) { return patient_of(film); };
    if (valid_) {
      require_apart(train_.films.real, valid_->films.real, patient);
      require_apart(valid_->films.real, test_.films.real, patient);
    }
    require_apart(train_.films.real, test_.films.real, patient);
    const FilmSet& films = test_.films.real;
    std::int64_t twins = 0;
    for (const NearDuplicate& twin : near_duplicates(films.thumbnails()))
      twins += test_.test.patients()[twin.first] != test_.test.patients()[twin.second];
    if (twins > 0)
      notice(fmt::format(
          "{} pairs of test films show nearly the same but are of two patients. Are they copies?", twins));
    result_.method = releaser_.method().describe();
    result_.listed_pairs = std::int64_t(test_.test.listed().size());
    result_.films = std::int64_t(test_.test.films().size());
    result_.patients = test_.test.patient_count();
    result_.matched_by = test_.test.matched_by();
    result_.missing_columns = test_.test.missing_columns();
    result_.test_films = test_.test.films();
  }

  VerificationResult run() {
    ask_control();
    if (config_.correlation) ask_correlation();
    for (const auto& kind : trained_on()) {
      if (config_.side_channels) ask_side_channels(kind);
      for (std::int64_t i = 0; i < config_.seeds; ++i) ask_learned(kind, config_.training.seed + i);
      if (config_.embedding.starts > 0) ask_embedding(kind);
    }
    if (config_.mixture && valid_)
      for (const auto& kind : kinds()) ask_mixture(kind);
    for (const auto& kind : kinds()) result_.risks[kind] = risks_of(kind);
    return std::move(result_);
  }

 private:
  Side side(const std::vector<Pair>& pairs, const std::string& list) const {
    IdentityTest test(pairs, list.empty() ? std::vector<std::string>{} : read_list(list),
                      labels_ ? &*labels_ : nullptr, config_.match);
    BothKinds films(config_.data, test.films(), releaser_);
    return {std::move(test), std::move(films)};
  }

  std::vector<std::string> kinds() const {
    if (releaser_.method().changes_nothing()) return {"real_real"};
    return {std::begin(pair_kinds), std::end(pair_kinds)};
  }
  std::vector<std::string> trained_on() const {
    return releaser_.method().changes_nothing() ? std::vector<std::string>{"real_real"} : config_.trained_on;
  }

  std::string patient_of(const std::string& film) const {
    return labels_ ? labels_->patient_of(film) : patient_of_name(film);
  }

  /// Training pairs for attackers that need few: the listed ones of one patient, and all strangers.
  std::vector<IndexedPair> training_pairs() const {
    std::vector<IndexedPair> pairs;
    for (const IndexedPair& pair : train_.test.listed())
      if (pair.same_patient && pair.first != pair.second) pairs.push_back(pair);
    const auto& patients = train_.test.patients();
    for (std::size_t i = 0; i < patients.size(); ++i)
      for (std::size_t j = i + 1; j < patients.size(); ++j)
        if (patients[i] != patients[j]) pairs.push_back({std::int64_t(i), std::int64_t(j), false});
    return pairs;
  }

  void learn(DifferenceAttacker& attacker, const std::string& kind) {
    SeenFilms seen(attacker, train_.films);
    attacker.learn(seen.of(first_of(kind)), seen.of(second_of(kind)), training_pairs());
  }

  void ask_control() {
    if (!labels_ || !(labels_->has("sex") || labels_->has("view") || labels_->has("age"))) return;
    DifferenceAttacker attacker({.name = "attributes (control)",
                                 .family = "attributes",
                                 .knows = "sex, view and age from the table, no film",
                                 .training_films = train_.films.real.count(),
                                 .is_control = true},
                                attribute_rows(*labels_));
    learn(attacker, "real_real");
    ask(attacker, kinds());
  }

  void ask_side_channels(const std::string& kind) {
    const auto image = [this](const FilmSet& films, std::int64_t i, FilmKind of) {
      const FilmSet own(config_.data.images, {films.name(i)}, config_.data.options());
      return of == FilmKind::real ? own.image(0) : releaser_.release_one(own, 0).image;
    };
    DifferenceAttacker attacker({.name = "side channels, learned on " + kind,
                                 .family = "side_channels",
                                 .knows = "size, depth, file length, borders, corners, histogram",
                                 .trained_on = kind,
                                 .training_films = train_.films.real.count()},
                                side_channel_rows(image));
    learn(attacker, kind);
    ask(attacker, {kind});
  }

  void ask_correlation() {
    const BothKinds cohort(
        config_.data,
        config_.cohort_list.empty() ? a_film_of_each_patient(train_.test) : read_list(config_.cohort_list),
        releaser_);
    const auto patient = [this](const std::string& film) { return patient_of(film); };
    require_apart(cohort.real, test_.films.real, patient);
    CorrelationAttacker attacker(&cohort.real,
                                 releaser_.method().changes_nothing() ? nullptr : &cohort.released);
    ask(attacker, kinds());
  }

  void ask_learned(const std::string& kind, std::int64_t seed) {
    SiameseAttacker attacker = trainer_.siamese(kind, seed);
    ask(attacker, {kind});
  }

  void ask_embedding(const std::string& kind) {
    EmbeddingAttacker attacker = trainer_.embedding(kind);
    ask(attacker, {kind});
  }

  void ask(Attacker& attacker, const std::vector<std::string>& about) {
    SeenFilms test(attacker, test_.films);
    std::optional<SeenFilms> valid;
    if (valid_) valid.emplace(attacker, valid_->films);
    for (const auto& kind : about) {
      const auto scores_of = [&](const Side& side, SeenFilms& seen) {
        return side.test.all_scores(attacker, seen.of(first_of(kind)), first_of(kind),
                                    seen.of(second_of(kind)), second_of(kind));
      };
      add(attacker.facts(), kind, scores_of(test_, test),
          valid ? scores_of(*valid_, *valid) : std::vector<float>{});
    }
  }

  void add(const AttackerFacts& facts, const std::string& kind, std::vector<float> scores,
           std::vector<float> valid_scores) {
    Attack attack{.attacker = facts, .pairs = kind, .valid_auc = {}, .figures = {}};
    const auto listed = plain(test_.test.cases(scores, test_.test.listed()));
    require(roc_auc(listed).has_value(), config_.test_pairs, "needs pairs of one patient and pairs of two");
    attack.figures = test_.test.figures(
        scores, kind == "released_real",
        {config_.bootstrap_draws, config_.enrolments, std::uint64_t(config_.training.seed)});
    if (valid_) {
      attack.valid_auc = roc_auc(plain(valid_->test.cases(valid_scores, valid_->test.stranger_pairs(false))));
      attack.threshold = best_threshold(plain(valid_->test.cases(valid_scores, valid_->test.listed())));
    }
    attack.confusion = confusion_at(listed, attack.threshold);
    for (const Scored& c : listed) attack.listed_scores.push_back(c.score);
    attack.scores = std::move(scores);
    result_.attacks.push_back(std::move(attack));
    valid_scores_.push_back(std::move(valid_scores));
  }

  /// All attackers of a kind together, weighed on the validation pairs.
  void ask_mixture(const std::string& kind) {
    std::vector<MixedScores> parts;
    for (std::size_t i = 0; i < result_.attacks.size(); ++i)
      if (const Attack& a = result_.attacks[i]; a.pairs == kind && !a.attacker.is_control)
        parts.push_back({a.attacker.family, valid_scores_[i], a.scores});
    const auto joined = mixed_scores(parts, valid_->test);
    if (!joined) return;
    add({.name = "mixture",
         .family = "mixture",
         .knows = "all attackers: " + joined->weights,
         .trained_on = kind,
         .training_films = valid_->films.real.count()},
        kind, joined->test, joined->valid);
  }

  Risks risks_of(const std::string& kind) const {
    const Attack *attack = result_.strongest(kind), *control = result_.control(kind);
    if (!attack || !control) return {};
    const auto pairs = [](const Attack& a) {
      const VerificationFigures& f = a.figures.strangers;
      return Trials{f.rates.front().true_positive_rate.value_or(0) * double(f.pairs_of_one),
                    double(f.rates.front().true_positive_rate ? f.pairs_of_one : 0)};
    };
    const auto patients = [](const Attack& a) {
      const auto& e = a.figures.enrolment;
      return e ? Trials{e->rank_1 * double(e->queries), double(e->queries)} : Trials{};
    };
    return {risk(pairs(*attack), pairs(*control)), risk(patients(*attack), patients(*control))};
  }

  const RetrainVerifierConfig& config_;
  std::optional<LabelTable> labels_;
  Releaser releaser_;
  Side train_, test_;
  std::optional<Side> valid_;
  AttackerTrainer trainer_;
  VerificationResult result_;
  std::vector<std::vector<float>> valid_scores_;  ///< of each attack
};

}  // namespace

VerificationResult evaluate(
    const RetrainVerifierConfig& config,
    const std::function<void(const std::string&, const TrainingProgress&)>& progress) {
  check(config);
  return Evaluation(config, progress).run();
}

}  // namespace scrim
