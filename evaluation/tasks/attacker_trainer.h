// Trains the attackers that learn, in run folders below the evaluation's; takes up what was interrupted.
#pragma once

#include "evaluation/attackers/embedding_attacker.h"
#include "evaluation/attackers/siamese_attacker.h"
#include "evaluation/tasks/retrain_verifier.h"
#include "evaluation/tasks/sides.h"

namespace scrim {

using ShowProgress = std::function<void(const std::string& attacker, const TrainingProgress&)>;

class AttackerTrainer {
 public:
  /// All are used as long as this lives. `valid` may be null.
  AttackerTrainer(const RetrainVerifierConfig& config, const Releaser& releaser, const Side& train,
                  const Side* valid, const ShowProgress& progress);

  /// The published attacker, trained on this kind of pairs.
  SiameseAttacker siamese(const std::string& kind, std::int64_t seed) const;
  /// The attacker that learns an embedding, from all starts.
  EmbeddingAttacker embedding(const std::string& kind) const;

 private:
  std::string trained(VerifierConfig settings, const std::string& kind, const std::string& folder,
                      const std::vector<IndexedPair>& pairs, const std::vector<IndexedPair>& valid_pairs,
                      const std::string& shown_as, AttackerFacts& facts) const;
  Tensor released_anew(std::int64_t film, std::uint64_t draw) const;

  const RetrainVerifierConfig& config_;
  const Releaser& releaser_;
  const Side& train_;
  const Side* valid_;
  const ShowProgress& progress_;
};

}  // namespace scrim
