// The attacker as the field trains it: an embedding of films by metric learning (cosine_search_loss of
// training/tasks/batch_negatives.h), from several starts. A film is looked at in nine ways, moved, turned and
// enlarged a little; its embeddings are added up.
// The score of a pair is the mean of the starts' cosines.
#pragma once

#include "evaluation/attackers/attacker.h"
#include "models/networks/weight_files.h"

namespace scrim {

class EmbeddingAttacker : public Attacker {
 public:
  /// weights: of train_verifier with training.temperature above 0, a file for each start.
  EmbeddingAttacker(AttackerFacts facts, const std::vector<std::string>& weights);

  std::size_t starts() const { return starts_.size(); }
  /// From now on scores() asks this start alone; nothing = all.
  void ask_only(std::optional<std::size_t> start) { asked_ = start; }

  AttackerFacts facts() const override { return facts_; }
  std::unique_ptr<Views> look(const FilmSet& films, FilmKind kind) override;
  std::vector<double> scores(const Views& first, const Views& second,
                             const std::vector<IndexedPair>& pairs) override;

 private:
  AttackerFacts facts_;
  std::vector<LoadedVerifier> starts_;
  std::optional<std::size_t> asked_;
};

}  // namespace scrim
