// Trains the attackers that learn, in run folders below the evaluation's; takes up what was interrupted.
#pragma once

#include "evaluation/attackers/attribute_reader.h"
#include "evaluation/attackers/embedding_attacker.h"
#include "evaluation/attackers/siamese_attacker.h"
#include "evaluation/identity/retrain_verifier.h"
#include "evaluation/identity/sides.h"
#include "evaluation/restorers/learned_restorer.h"

namespace scrim {

using ShowProgress = std::function<void(const std::string& attacker, const TrainingProgress&)>;

/// An attacker that learned from several random starts: its score of a pair is the mean of theirs.
struct SeveralStarts {
  AttackerFacts facts;
  std::vector<std::unique_ptr<Attacker>> starts;
};

class AttackerTrainer {
 public:
  /// All are used as long as this lives.
  AttackerTrainer(const RetrainVerifierConfig& config, const Scene& scene, const ShowProgress& progress);

  /// The published attacker, trained on this kind of pairs.
  SiameseAttacker siamese(const std::string& kind, std::int64_t seed) const;
  /// The attackers that learn an embedding, and which places match, from all their starts.
  SeveralStarts embedding(const std::string& kind) const;
  SeveralStarts matching(const std::string& kind) const;
  /// The first from one start and a share of the training patients, in about as many steps; its facts say how many films.
  EmbeddingAttacker embedding_of_share(const std::string& kind, double share) const;
  /// The network that learns to undo the method.
  LearnedRestorer restorer() const;
  /// What reads attributes from real films; nothing where the table says too little of the training films.
  std::optional<AttributeReader> attribute_reader(const LabelTable& labels) const;

 private:
  /// What a training is to the progress, the run folder and the facts.
  struct Run {
    std::string folder, shown_as;
    std::int64_t seed;
  };
  using Train = std::function<TrainingResult(const std::string& text,
                                             const std::function<void(const TrainingProgress&)>& progress)>;
  std::string folder_of(const Run& run) const { return config_.folder + "/attackers/" + run.folder; }
  /// The weights; adds what they took to `facts`.
  std::string trained(const Run& run, const Train& train, AttackerFacts& facts) const;
  /// What a network learns from, and what validates it.
  struct Lessons {
    PairData train;
    std::optional<PairData> valid;
  };
  /// The pairs are used as long as the lessons.
  Lessons lessons(const std::string& kind, const std::vector<IndexedPair>& pairs,
                  const std::vector<IndexedPair>& valid_pairs) const;
  std::string verifier(VerifierConfig settings, const Run& run, const Lessons& lessons,
                       AttackerFacts& facts) const;
  /// An attacker from several starts; train_one(run, facts) makes each, and adds what it took to the facts.
  template <class TrainOne>
  SeveralStarts starts(const std::string& family, const std::string& kind, std::int64_t count,
                       TrainOne&& train_one) const;
  VerifierConfig embedding_settings() const;
  /// What the evaluation says of training, with the epochs, batch and stopping of one attacker's settings.
  template <class Settings>
  TrainingSettings training_of(const Settings& settings) const;
  /// The validation's pairs of one patient and all its strangers; none without a validation.
  std::vector<IndexedPair> valid_strangers() const;

  const RetrainVerifierConfig& config_;
  const Scene& scene_;
  const ShowProgress& progress_;
};

}  // namespace scrim
