#include "evaluation/tasks/attacker_trainer.h"

#include "evaluation/tasks/training_clock.h"

namespace scrim {

AttackerTrainer::AttackerTrainer(const RetrainVerifierConfig& config, const Releaser& releaser,
                                 const Side& train, const Side* valid, const ShowProgress& progress)
    : config_(config), releaser_(releaser), train_(train), valid_(valid), progress_(progress) {}

/// A release with numbers that the test has not seen: release 0 is the test's.
Tensor AttackerTrainer::released_anew(std::int64_t film, std::uint64_t draw) const {
  const FilmSet& films = train_.films.real;
  const Tensor native = tensor_from_image(releaser_.release_one(films, film, draw + 1).image);
  return resized_film(native, films.image_size(), films.image_size());
}

/// The weights; adds what they took to `facts`.
std::string AttackerTrainer::trained(VerifierConfig settings, const std::string& kind,
                                     const std::string& folder, const std::vector<IndexedPair>& pairs,
                                     const std::vector<IndexedPair>& valid_pairs, const std::string& shown_as,
                                     AttackerFacts& facts) const {
  settings.data = config_.data;
  settings.folder = config_.folder + "/attackers/" + folder;
  PairData train{
      train_.films.of(first_of(kind)), train_.films.of(second_of(kind)), pairs, train_.test.patients(), {}};
  if (releaser_.method().draws_numbers())
    train.fresh_film = [this, kind](bool is_second, std::int64_t film, std::uint64_t draw) {
      const FilmKind of = is_second ? second_of(kind) : first_of(kind);
      return of == FilmKind::real ? train_.films.real.film(film) : released_anew(film, draw);
    };
  std::optional<PairData> valid;
  if (valid_)
    valid.emplace(PairData{valid_->films.of(first_of(kind)),
                           valid_->films.of(second_of(kind)),
                           valid_pairs,
                           valid_->test.patients(),
                           {}});
  // What stands in the attacker's run folder as its configuration.
  const std::string text =
      fmt::format("# an attacker of the evaluation in ../..; its settings stand there\nseed = {}\n",
                  settings.training.seed);
  TrainingClock clock(settings.folder);
  bool has_trained = false;
  const TrainingResult result =
      train_verifier(settings, train, valid ? &*valid : nullptr, text, true, [&](const TrainingProgress& p) {
        has_trained = true;
        if (p.valid_loss) clock.save();
        progress_(shown_as, p);
      });
  if (has_trained) clock.save();
  facts.training_films = train_.films.real.count();
  facts.training_steps += result.steps;
  facts.training_seconds += clock.seconds();
  return result.weights;
}

SiameseAttacker AttackerTrainer::siamese(const std::string& kind, std::int64_t seed) const {
  AttackerFacts facts{.name = fmt::format("learned on {}, seed {}", kind, seed),
                      .family = "learned on " + kind,
                      .knows = "the method's output on films of other patients",
                      .trained_on = kind};
  VerifierConfig settings{.augmentation = config_.augmentation,
                          .model = config_.attacker,
                          .start_weights = config_.start_weights,
                          .contrast = config_.contrast,
                          .training = config_.training,
                          .optimizer = config_.optimizer};
  settings.training.seed = seed;
  const std::string weights =
      trained(settings, kind, fmt::format("{}_seed_{}", kind, seed), train_.test.listed(),
              valid_ ? valid_->test.listed() : std::vector<IndexedPair>{}, facts.name, facts);
  return SiameseAttacker(facts, weights);
}

EmbeddingAttacker AttackerTrainer::embedding(const std::string& kind) const {
  const EmbeddingSettings& e = config_.embedding;
  AttackerFacts facts{.name = "embedding, learned on " + kind,
                      .family = "embedding",
                      .knows = "the method's output on films of other patients",
                      .trained_on = kind};
  // The listed pairs of one patient, and every film with itself: augmentation changes it.
  std::vector<IndexedPair> pairs;
  for (const IndexedPair& pair : train_.test.listed())
    if (pair.same_patient && pair.first != pair.second) pairs.push_back(pair);
  for (std::int64_t film = 0; film < train_.films.real.count(); ++film) pairs.push_back({film, film, true});
  const auto valid_pairs = valid_ ? valid_->test.stranger_pairs(false) : std::vector<IndexedPair>{};
  VerifierConfig settings{.augmentation = e.augmentation,
                          .model = e.model,
                          .start_weights = e.start_weights,
                          .contrast = {"in_batch", e.temperature, ""},
                          .weight_average = e.weight_average,
                          .training = config_.training,
                          .optimizer = e.optimizer,
                          .schedule = {.name = "cosine", .warmup_epochs = e.warmup_epochs}};
  settings.training.epochs = e.epochs;
  settings.training.batch_size = e.batch_size;
  settings.training.early_stopping = e.early_stopping;
  settings.training.cuda_graph = false;
  std::vector<std::string> weights;
  for (std::int64_t start = 0; start < e.starts; ++start) {
    settings.training.seed = config_.training.seed + start;
    weights.push_back(
        trained(settings, kind, fmt::format("embedding_{}_start_{}", kind, start + 1), pairs, valid_pairs,
                fmt::format("embedding on {}, start {} of {}", kind, start + 1, e.starts), facts));
  }
  return EmbeddingAttacker(facts, weights);
}

}  // namespace scrim
