// The attacker as the field trains it: an embedding of films by metric learning (cosine_search_loss of
// training/tasks/batch_negatives.h). A film is looked at in nine ways, moved, turned and enlarged a little; its embeddings are
// added up. The score of a pair is their cosine.
#pragma once

#include "evaluation/attackers/attacker.h"
#include "models/networks/weight_files.h"

namespace scrim {

class EmbeddingAttacker : public Attacker {
 public:
  /// weights: of train_verifier with training.temperature above 0.
  EmbeddingAttacker(AttackerFacts facts, const std::string& weights)
      : facts_(std::move(facts)), verifier_(load_verifier(weights)) {}

  AttackerFacts facts() const override { return facts_; }
  std::unique_ptr<Views> look(const FilmSet& films, FilmKind kind) override;
  std::vector<double> scores(const Views& first, const Views& second,
                             const std::vector<IndexedPair>& pairs) override;

 private:
  AttackerFacts facts_;
  LoadedVerifier verifier_;
};

}  // namespace scrim
