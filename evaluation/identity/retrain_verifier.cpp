#include "evaluation/identity/retrain_verifier.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "base/notice.h"
#include "evaluation/attackers/correlation_attacker.h"
#include "evaluation/attackers/difference_attacker.h"
#include "evaluation/attackers/gate_attacker.h"
#include "evaluation/identity/attack_log.h"
#include "evaluation/identity/attacker_trainer.h"
#include "evaluation/restorers/averaging.h"
#include "evaluation/restorers/gate_cut.h"
#include "evaluation/restorers/inverse_warp.h"
#include "evaluation/restorers/inversion.h"

namespace scrim {
namespace {

/// Strangers to the test for attackers with a cohort, as different from each other as the films allow.
std::vector<std::string> a_film_of_each_patient(const IdentityTest& test) {
  std::set<std::string> seen;
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < test.films().size() && chosen.size() < CohortAttacker::most_strangers; ++i)
    if (seen.insert(test.patients()[i]).second) chosen.push_back(test.films()[i]);
  return chosen;
}

/// Pairs for attackers that need few: the listed ones of one patient, and all strangers.
std::vector<IndexedPair> pairs_to_learn(const IdentityTest& test) {
  auto pairs = test.stranger_pairs(false);
  std::erase_if(pairs, [](const IndexedPair& pair) { return pair.first == pair.second; });
  return pairs;
}

class Evaluation {
 public:
  Evaluation(const RetrainVerifierConfig& config, const ShowProgress& progress)
      : config_(config),
        progress_(progress),
        labels_(config.labels.empty() ? std::nullopt : std::optional<LabelTable>(config.labels)),
        releaser_(config.release, config.masks, std::uint64_t(config.training.seed)),
        scene_{.train = side(pairs_to_learn_from(config.lists.train, config.contrast), config.train_list),
               .test = side(read_pairs(config.test_pairs), config.test_list),
               .valid = config.lists.valid.empty()
                            ? std::nullopt
                            : std::optional(side(read_pairs(config.lists.valid), config.valid_list)),
               .cohort = {},
               .fresh_film = {},
               .restored_by = {},
               .restorer_knows = {}},
        trainer_(config, scene_, progress) {
    scene_.fresh_film = fresh_releases(scene_.train.films.real, releaser_, nullptr);
    if (config.correlation || config.matching.starts > 0)
      scene_.cohort.emplace(config.data,
                            config.cohort_list.empty() ? a_film_of_each_patient(scene_.train.test)
                                                       : read_list(config.cohort_list),
                            releaser_);
    require_apart(scene_, releaser_.method().donors(), config_.data.options(),
                  [this](const std::string& film) {
                    return labels_ ? labels_->patient_of(film) : patient_of_name(film);
                  });
    notice_twins();
    const IdentityTest& test = scene_.test.test;
    result_.method = releaser_.method().describe();
    result_.guarantee = releaser_.guarantee(test.films());
    result_.listed_pairs = std::int64_t(test.listed().size());
    result_.films = std::int64_t(test.films().size());
    result_.patients = test.patient_count();
    result_.matched_by = test.matched_by();
    result_.missing_columns = test.missing_columns();
    result_.test_films = test.films();
  }

  VerificationResult run() {
    ask_controls();
    ask_cells();
    if (config_.correlation) ask_correlation(scene_);
    for (const auto& kind : trained_on()) {
      if (config_.side_channels) ask_side_channels(kind);
      ask_siamese(kind);
      ask_learners(scene_, trainer_, kind);
    }
    if (releaser_.method().keeps_a_part()) ask_about_gates();
    if (!changes_nothing())
      for (const auto& by : config_.restorer.by) ask_after(by);
    if (config_.mixture && scene_.valid)
      for (const auto& kind : kinds()) log_.join(kind);
    for (const auto& kind : kinds()) result_.risks[kind] = log_.risks_of(kind);
    return std::move(result_);
  }

 private:
  Side side(const std::vector<Pair>& pairs, const std::string& list) const {
    IdentityTest test(pairs, list.empty() ? std::vector<std::string>{} : read_list(list),
                      labels_ ? &*labels_ : nullptr, config_.match);
    BothKinds films(config_.data, test.films(), releaser_);
    return {std::move(test), std::move(films)};
  }

  void notice_twins() const {
    const auto& patients = scene_.test.test.patients();
    std::int64_t twins = 0;
    for (const NearDuplicate& twin : near_duplicates(scene_.test.films.real.thumbnails()))
      twins += patients[twin.first] != patients[twin.second];
    if (twins > 0)
      notice(fmt::format(
          "{} pairs of test films show nearly the same but are of two patients. Are they copies?", twins));
  }

  bool changes_nothing() const { return releaser_.method().changes_nothing(); }
  std::vector<std::string> kinds() const {
    if (changes_nothing()) return {"real_real"};
    return {std::begin(pair_kinds), std::end(pair_kinds)};
  }
  std::vector<std::string> trained_on() const {
    return changes_nothing() ? std::vector<std::string>{"real_real"} : config_.trained_on;
  }

  static void learn(DifferenceAttacker& attacker, const std::string& kind, const Side& side) {
    SeenFilms seen(attacker, side.films);
    attacker.learn(seen.of(first_of(kind)), seen.of(second_of(kind)), pairs_to_learn(side.test));
  }

  void ask_controls() {
    if (!labels_ || !(labels_->has("sex") || labels_->has("view") || labels_->has("age"))) return;
    AttackerFacts facts{.name = "attributes (control)",
                        .family = "attributes",
                        .knows = "sex, view and age from the table, no film",
                        .training_films = scene_.train.films.real.count(),
                        .is_control = true};
    DifferenceAttacker table(facts, attribute_rows(*labels_));
    learn(table, "real_real", scene_.train);
    log_.ask(table, kinds(), scene_);
    if (!config_.attributes.read) return;

    const auto reader = trainer_.attribute_reader(*labels_);
    if (!reader)
      return notice(
          "Attributes are not read from films: the table says sex, view or age of too few training films.");
    // The reader knows the films that it learned from too well: pairs of other films show what its errors are.
    const bool validates = scene_.valid && !scene_.valid->test.listed_of_one().empty();
    const Side& side = validates ? *scene_.valid : scene_.train;
    facts.name = "attributes read from films (control)";
    facts.family = "read attributes";
    facts.knows = "sex, view and age as a small network reads them from the films";
    DifferenceAttacker read(facts, reader->rows());
    SeenFilms learned(read, side.films), test(read, scene_.test.films);
    for (const auto& kind : kinds()) {
      read.learn(learned.of(first_of(kind)), learned.of(second_of(kind)), pairs_to_learn(side.test));
      log_.ask(read, {kind}, scene_, test);
    }
    for (const FilmKind kind : {FilmKind::real, FilmKind::released})
      if (kind == FilmKind::real || !changes_nothing())
        result_.inferences[kind] =
            inferences(*reader, scene_.test.films.of(kind), scene_.test.test.patients(), *labels_,
                       scene_.train.test.films());
  }

  /// The attacker who reads a release's cell off its donor.
  void ask_cells() {
    if (releaser_.method().cells() == 0 || !labels_) return;
    const LabelTable released =
        labels_->changed([&](const FilmLabels& film) { return releaser_.method().released_labels(film); });
    for (const auto& kind : kinds()) {
      if (kind == "real_real") continue;
      DifferenceAttacker attacker(
          {.name = "cells, learned on " + kind,
           .family = "cells",
           .knows = "the donors, so each release's cell, and the table of the real films",
           .trained_on = kind,
           .training_films = scene_.train.films.real.count()},
          finding_rows(*labels_, released));
      learn(attacker, kind, scene_.train);
      log_.ask(attacker, {kind}, scene_);
    }
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
                                 .training_films = scene_.train.films.real.count()},
                                side_channel_rows(image));
    learn(attacker, kind, scene_.train);
    log_.ask(attacker, {kind}, scene_);
  }

  /// Attackers who know which part of a release is the patient's.
  void ask_about_gates() {
    const std::vector<std::string> about{"released_real", "released_released"};
    // A film is released again for its gate: once, and not for every attacker.
    std::map<std::string, Tensor> gates;
    std::mutex mutex;
    const GateOf gate_of = [&](const FilmSet& films, std::int64_t i) {
      const std::string& film = films.name(i);
      {
        const std::lock_guard lock(mutex);
        if (const auto found = gates.find(film); found != gates.end()) return found->second;
      }
      const FilmSet own(config_.data.images, {film}, config_.data.options());
      const Tensor gate = resized_film(releaser_.release_one(own, 0).gate, FilmFit::side, FilmFit::side);
      const std::lock_guard lock(mutex);
      return gates[film] = gate;
    };
    if (config_.correlation) {
      const FilmReader lungs({.segmenter = config_.release.method.of<Transplant>().segmenter});
      GateAttacker attacker(scene_.cohort->real, scene_.cohort->released, lungs, gate_of);
      log_.ask(attacker, about, scene_);
    }
    if (!config_.side_channels) return;
    for (const auto& kind : about) {
      DifferenceAttacker attacker(
          {.name = "gate's place and size, learned on " + kind,
           .family = "gate_place",
           .knows = "the gates of releases, and those that the method gives real films",
           .trained_on = kind,
           .training_films = scene_.train.films.real.count()},
          gate_rows(gate_of));
      learn(attacker, kind, scene_.train);
      log_.ask(attacker, {kind}, scene_);
    }
  }

  void ask_correlation(const Scene& scene) {
    CorrelationAttacker attacker(&scene.cohort->real, changes_nothing() ? nullptr : &scene.cohort->released);
    if (scene.restored_by.empty())
      log_.ask(attacker, kinds(), scene);
    else
      log_.ask(attacker, {"released_real", "released_released"}, scene);
  }

  void ask_siamese(const std::string& kind) {
    std::vector<std::vector<float>> scores;
    for (std::int64_t i = 0; i < config_.seeds; ++i) {
      SiameseAttacker attacker = trainer_.siamese(kind, config_.training.seed + i);
      log_.ask(attacker, {kind}, scene_);
      scores.push_back(result_.attacks.back().scores);
    }
    if (!scores.empty()) log_.add_seeds(kind, result_.attacks.back().attacker.family, scores);
  }

  /// Attackers that learn from several starts.
  void ask_learners(const Scene& scene, const AttackerTrainer& trainer, const std::string& kind) {
    if (config_.embedding.starts > 0) {
      const SeveralStarts embedding = trainer.embedding(kind);
      const auto scores = log_.ask_starts(embedding.facts, embedding.starts, scene, kind);
      if (scene.restored_by.empty()) add_learning_curve(kind, embedding.facts.training_films, scores.front());
    }
    if (config_.matching.starts > 0) {
      const SeveralStarts matching = trainer.matching(kind);
      log_.ask_starts(matching.facts, matching.starts, scene, kind);
    }
  }

  /// The AUC of one start by how many films it learned from. `of_all`: scores of the start that learned from all films.
  void add_learning_curve(const std::string& kind, std::int64_t all_films, const std::vector<float>& of_all) {
    if (config_.embedding.learning_curve.empty()) return;
    std::vector<double> shares = config_.embedding.learning_curve;
    std::sort(shares.begin(), shares.end());
    for (const double share : shares) {
      EmbeddingAttacker attacker = trainer_.embedding_of_share(kind, share);
      log_.add_learning_point(kind, attacker.facts().training_films,
                              AttackLog::scores_of(attacker, kind, scene_.test));
    }
    log_.add_learning_point(kind, all_films, of_all);
  }

  /// Attackers who restore released films before they compare.
  void ask_after(const std::string& by) {
    // Where another film is shown, all that is left of the patient's stands in its gate.
    const Method& method = releaser_.method();
    if (method.donors() ? by != "gate" || !method.keeps_a_part() : by == "gate") return;
    const bool learns = (by == "network" || by == "gate") && config_.restorer.retrain &&
                        (config_.embedding.starts > 0 || config_.matching.starts > 0);
    if (!config_.correlation && !learns) return;
    std::unique_ptr<Restorer> restorer;
    if (by == "network") restorer = std::make_unique<LearnedRestorer>(trainer_.restorer());
    if (by == "gate") restorer = std::make_unique<GateCut>(releaser_);
    if (by == "averaging" && releaser_.method().draws_numbers())
      restorer = std::make_unique<Averaging>(releaser_, config_.restorer.releases);
    if (by == "inverse_warp" && releaser_.method().moves_pixels())
      restorer = std::make_unique<InverseWarp>(releaser_);
    if (by == "inversion" && config_.release.method.is_learned())
      restorer = std::make_unique<Inversion>(releaser_, config_.restorer.inversion_steps,
                                             config_.restorer.inversion_learning_rate);
    if (!restorer) return;
    const Scene restored = scene_.restored(*restorer, releaser_, learns);
    if (config_.correlation) ask_correlation(restored);
    if (!learns) return;
    const AttackerTrainer trainer(config_, restored, progress_);
    for (const auto& kind : trained_on())
      if (kind != "real_real") ask_learners(restored, trainer, kind);
  }

  const RetrainVerifierConfig& config_;
  const ShowProgress& progress_;
  std::optional<LabelTable> labels_;
  Releaser releaser_;
  Scene scene_;
  AttackerTrainer trainer_;
  VerificationResult result_;
  AttackLog log_{config_, scene_, result_};
};

}  // namespace

VerificationResult evaluate(
    const RetrainVerifierConfig& config,
    const std::function<void(const std::string&, const TrainingProgress&)>& progress) {
  check(config);
  return Evaluation(config, progress).run();
}

}  // namespace scrim
