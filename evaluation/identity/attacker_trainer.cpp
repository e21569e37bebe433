#include "evaluation/identity/attacker_trainer.h"

#include <algorithm>
#include <cmath>

#include "evaluation/attackers/matching_attacker.h"
#include "evaluation/identity/training_clock.h"
#include "training/tasks/train_classifier.h"
#include "training/tasks/train_matcher.h"
#include "training/tasks/train_restorer.h"

namespace scrim {
namespace {

/// "inverse_warp_" of "inverse warp".
std::string folder_prefix(const std::string& restored_by) {
  if (restored_by.empty()) return "";
  std::string text = restored_by + "_";
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

/// The listed pairs of one patient, and every film with itself: augmentation changes it. Of these patients; empty = all.
std::vector<IndexedPair> pairs_of_one(const IdentityTest& test, const std::set<std::string>& patients) {
  const auto counts = [&](std::int64_t film) {
    return patients.empty() || patients.contains(test.patients()[std::size_t(film)]);
  };
  auto pairs = test.listed_of_one();
  std::erase_if(pairs, [&](const IndexedPair& pair) { return !counts(pair.first); });
  for (std::int64_t film = 0; film < std::int64_t(test.films().size()); ++film)
    if (counts(film)) pairs.push_back({film, film, true});
  return pairs;
}

/// This share of the patients, at least two; the same ones for the same seed, and the smaller shares within the larger.
std::set<std::string> some_patients(const IdentityTest& test, double share, std::int64_t seed) {
  std::set<std::string> all(test.patients().begin(), test.patients().end());
  std::vector<std::string> order(all.begin(), all.end());
  Random random(std::uint64_t(seed), "learning curve");
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[std::size_t(random.below(std::int64_t(i)))]);
  order.resize(std::max<std::size_t>(2, std::size_t(std::lround(share * double(order.size())))));
  return {order.begin(), order.end()};
}

AttackerFacts learner(const std::string& name, const std::string& family, const std::string& kind) {
  return {.name = name,
          .family = family,
          .knows = "the method's output on films of other patients",
          .trained_on = kind};
}

}  // namespace

AttackerTrainer::AttackerTrainer(const RetrainVerifierConfig& config, const Scene& scene,
                                 const ShowProgress& progress)
    : config_(config), scene_(scene), progress_(progress) {}

template <class Settings>
TrainingSettings AttackerTrainer::training_of(const Settings& settings) const {
  TrainingSettings training = config_.training;
  training.epochs = settings.epochs;
  training.batch_size = settings.batch_size;
  training.early_stopping = settings.early_stopping;
  training.cuda_graph = false;
  return training;
}

std::string AttackerTrainer::trained(const Run& run, const Train& train, AttackerFacts& facts) const {
  // What stands in the attacker's run folder as its configuration.
  const std::string text = fmt::format(
      "# an attacker of the evaluation in ../..; its settings stand there\nseed = {}\n", run.seed);
  TrainingClock clock(folder_of(run));
  bool has_trained = false;
  const TrainingResult result = train(text, [&](const TrainingProgress& p) {
    has_trained = true;
    if (p.valid_loss) clock.save();
    progress_(run.shown_as, p);
  });
  if (has_trained) clock.save();
  facts.training_steps += result.steps;
  facts.training_seconds += clock.seconds();
  return result.weights;
}

AttackerTrainer::Lessons AttackerTrainer::lessons(const std::string& kind,
                                                  const std::vector<IndexedPair>& pairs,
                                                  const std::vector<IndexedPair>& valid_pairs) const {
  const auto data = [&](const Side& side, const std::vector<IndexedPair>& of) {
    return PairData{
        side.films.of(first_of(kind)), side.films.of(second_of(kind)), of, side.test.patients(), {}};
  };
  Lessons lessons{data(scene_.train, pairs), {}};
  if (scene_.fresh_film)
    lessons.train.fresh_film = [this, kind](bool is_second, std::int64_t film, std::uint64_t draw) {
      const FilmKind of = is_second ? second_of(kind) : first_of(kind);
      return of == FilmKind::real ? scene_.train.films.real.film(film) : scene_.fresh_film(film, draw);
    };
  if (scene_.valid) lessons.valid.emplace(data(*scene_.valid, valid_pairs));
  return lessons;
}

std::string AttackerTrainer::verifier(VerifierConfig settings, const Run& run, const Lessons& lessons,
                                      AttackerFacts& facts) const {
  settings.data = config_.data;
  settings.folder = folder_of(run);
  settings.training.seed = run.seed;
  return trained(
      run,
      [&](const std::string& text, const auto& progress) {
        return train_verifier(settings, lessons.train, lessons.valid ? &*lessons.valid : nullptr, text, true,
                              progress);
      },
      facts);
}

SiameseAttacker AttackerTrainer::siamese(const std::string& kind, std::int64_t seed) const {
  AttackerFacts known =
      learner(fmt::format("learned on {}, seed {}", kind, seed), "learned on " + kind, kind);
  known.training_films = scene_.train.films.real.count();
  const VerifierConfig settings{.augmentation = config_.augmentation,
                                .model = config_.attacker,
                                .start_weights = config_.start_weights,
                                .contrast = config_.contrast,
                                .training = config_.training,
                                .optimizer = config_.optimizer};
  const auto valid_pairs = scene_.valid ? scene_.valid->test.listed() : std::vector<IndexedPair>{};
  const std::string weights = verifier(settings, {fmt::format("{}_seed_{}", kind, seed), known.name, seed},
                                       lessons(kind, scene_.train.test.listed(), valid_pairs), known);
  return SiameseAttacker(known, weights);
}

std::vector<IndexedPair> AttackerTrainer::valid_strangers() const {
  return scene_.valid ? scene_.valid->test.stranger_pairs(false) : std::vector<IndexedPair>{};
}

VerifierConfig AttackerTrainer::embedding_settings() const {
  const EmbeddingSettings& e = config_.embedding;
  VerifierConfig settings{.augmentation = e.augmentation,
                          .model = e.model,
                          .start_weights = e.start_weights,
                          .contrast = {"in_batch", e.temperature, ""},
                          .weight_average = e.weight_average,
                          .training = training_of(e),
                          .optimizer = e.optimizer,
                          .schedule = {.name = "cosine", .warmup_epochs = e.warmup_epochs}};
  return settings;
}

template <class TrainOne>
SeveralStarts AttackerTrainer::starts(const std::string& family, const std::string& kind, std::int64_t count,
                                      TrainOne&& train_one) const {
  AttackerFacts known = learner(fmt::format("{}, learned on {}", family, kind), family, kind);
  known.training_films = scene_.train.films.real.count();
  SeveralStarts made;
  for (std::int64_t start = 0; start < count; ++start) {
    const Run run{fmt::format("{}{}_{}_start_{}", folder_prefix(scene_.restored_by), family, kind, start + 1),
                  fmt::format("{}, start {} of {}", scene_.facts(known).name, start + 1, count),
                  config_.training.seed + start};
    made.starts.push_back(train_one(run, known));
  }
  made.facts = known;
  return made;
}

SeveralStarts AttackerTrainer::embedding(const std::string& kind) const {
  const auto pairs = pairs_of_one(scene_.train.test, {}), valid_pairs = valid_strangers();
  const Lessons from = lessons(kind, pairs, valid_pairs);
  return starts("embedding", kind, config_.embedding.starts, [&](const Run& run, AttackerFacts& known) {
    return std::make_unique<EmbeddingAttacker>(known, verifier(embedding_settings(), run, from, known));
  });
}

SeveralStarts AttackerTrainer::matching(const std::string& kind) const {
  const MatchingSettings& m = config_.matching;
  const auto pairs = pairs_of_one(scene_.train.test, {}), valid_pairs = valid_strangers();
  const Lessons from = lessons(kind, pairs, valid_pairs);
  return starts("matching", kind, m.starts, [&](const Run& run, AttackerFacts& known) {
    MatcherTraining settings{.model = m.model,
                             .weight_average = m.weight_average,
                             .augmentation = m.augmentation,
                             .training = training_of(m),
                             .optimizer = m.optimizer,
                             .schedule = {.name = "cosine", .warmup_epochs = m.warmup_epochs},
                             .folder = folder_of(run)};
    settings.training.seed = run.seed;
    const std::string weights = trained(
        run,
        [&](const std::string& text, const auto& progress) {
          return train_matcher(settings, from.train, from.valid ? &*from.valid : nullptr, text, true,
                               progress);
        },
        known);
    const BothKinds& cohort = *scene_.cohort;
    return std::make_unique<MatchingAttacker>(
        known, weights, second_of(kind) == FilmKind::real ? &cohort.real : nullptr,
        first_of(kind) == FilmKind::released ? &cohort.released : nullptr);
  });
}

EmbeddingAttacker AttackerTrainer::embedding_of_share(const std::string& kind, double share) const {
  AttackerFacts known = learner(
      fmt::format("embedding, learned on {}, {:.0f} % of patients", kind, share * 100), "embedding", kind);
  const auto patients = some_patients(scene_.train.test, share, config_.training.seed);
  for (const auto& patient : scene_.train.test.patients()) known.training_films += patients.contains(patient);
  VerifierConfig settings = embedding_settings();
  const auto stretched = [&](std::int64_t epochs) {
    return std::int64_t(std::lround(double(epochs) / share));
  };
  settings.training.epochs = stretched(settings.training.epochs);
  settings.training.early_stopping = stretched(settings.training.early_stopping);
  settings.schedule.warmup_epochs = stretched(settings.schedule.warmup_epochs);
  const auto pairs = pairs_of_one(scene_.train.test, patients), valid_pairs = valid_strangers();
  const std::string weights = verifier(
      settings, {fmt::format("embedding_{}_share_{}", kind, share), known.name, config_.training.seed},
      lessons(kind, pairs, valid_pairs), known);
  return EmbeddingAttacker(known, weights);
}

LearnedRestorer AttackerTrainer::restorer() const {
  const RestorerSettings& r = config_.restorer;
  RestorerTraining settings{.image_size = config_.data.image_size};
  settings.model.init_features = r.init_features;
  settings.training = training_of(r);
  settings.optimizer.learning_rate = r.learning_rate;
  const Run run{"restoring_network", "restoring network", config_.training.seed};
  settings.folder = folder_of(run);
  const auto data = [](const Side& side) { return ReleasedPairs{side.films.released, side.films.real, {}}; };
  ReleasedPairs train = data(scene_.train);
  train.fresh_film = scene_.fresh_film;
  std::optional<ReleasedPairs> valid;
  if (scene_.valid) valid.emplace(data(*scene_.valid));
  AttackerFacts known;
  const std::string weights = trained(
      run,
      [&](const std::string& text, const auto& progress) {
        return train_restorer(settings, train, valid ? &*valid : nullptr, text, true, progress);
      },
      known);
  return LearnedRestorer(weights,
                         {scene_.train.films.real.count(), known.training_steps, known.training_seconds});
}

std::optional<AttributeReader> AttackerTrainer::attribute_reader(const LabelTable& labels) const {
  const AttributeSettings& a = config_.attributes;
  const AttributeColumns columns(labels, scene_.train.films.real.names());
  // Films of which the table says all these attributes.
  const auto known_films = [&](const Side& side) {
    std::vector<std::int64_t> known;
    for (std::int64_t i = 0; i < side.films.real.count(); ++i)
      if (columns.are_known(labels, side.films.real.name(i))) known.push_back(i);
    return side.films.real.only(known);
  };
  const FilmSet train_films = known_films(scene_.train);
  if (!columns.any() || train_films.count() == 0) return std::nullopt;
  const LabeledFilms train{train_films, columns.targets(labels, train_films.names())};
  std::optional<FilmSet> valid_films;
  std::optional<LabeledFilms> valid;
  if (scene_.valid) valid_films = known_films(*scene_.valid);
  if (valid_films && valid_films->count() > 0)
    valid.emplace(LabeledFilms{*valid_films, columns.targets(labels, valid_films->names())});
  ClassifierConfig settings{
      .data = config_.data,
      .augmentation = {.rotate_degrees = 8, .scale = 0.1, .shift = 0.05, .contrast = 0.2, .gamma = 0.2},
      .model = a.model,
      .training = training_of(a),
      .optimizer = {.name = "adamw", .learning_rate = a.learning_rate, .weight_decay = 0.05},
      .schedule = {.name = "cosine", .warmup_epochs = 1}};
  const auto outputs = columns.outputs();
  settings.model.num_labels = std::int64_t(outputs.size());
  const Run run{"attributes", "reader of sex, view and age", config_.training.seed};
  settings.folder = folder_of(run);
  AttackerFacts known;
  const std::string weights = trained(
      run,
      [&](const std::string& text, const auto& progress) {
        return train_classifier(settings, outputs, train, valid ? &*valid : nullptr, text, true, progress);
      },
      known);
  return AttributeReader(weights, columns);
}

}  // namespace scrim
