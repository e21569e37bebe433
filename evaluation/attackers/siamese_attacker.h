// The attacker of the published methods: a Siamese network that was trained on pairs of films (train_verifier).
#pragma once

#include "evaluation/attackers/attacker.h"
#include "models/networks/weight_files.h"

namespace scrim {

class SiameseAttacker : public Attacker {
 public:
  /// weights: of train_verifier.
  SiameseAttacker(AttackerFacts facts, const std::string& weights);

  AttackerFacts facts() const override { return facts_; }
  std::unique_ptr<Views> look(const FilmSet& films, FilmKind kind) override;
  std::vector<double> scores(const Views& first, const Views& second,
                             const std::vector<IndexedPair>& pairs) override;

 private:
  AttackerFacts facts_;
  LoadedVerifier verifier_;
};

}  // namespace scrim
