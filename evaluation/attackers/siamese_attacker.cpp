#include "evaluation/attackers/siamese_attacker.h"

#include "training/tasks/train_verifier.h"

namespace scrim {
namespace {

struct Embeddings : Attacker::Views {
  Tensor rows;  ///< [films, embed]
};

}  // namespace

SiameseAttacker::SiameseAttacker(AttackerFacts facts, const std::string& weights)
    : facts_(std::move(facts)), verifier_(load_verifier(weights)) {}

std::unique_ptr<Attacker::Views> SiameseAttacker::look(const FilmSet& films, FilmKind) {
  auto seen = std::make_unique<Embeddings>();
  seen->rows = embeddings(*verifier_.network, films);
  return seen;
}

std::vector<double> SiameseAttacker::scores(const Views& first, const Views& second,
                                            const std::vector<IndexedPair>& pairs) {
  return pair_logits(*verifier_.network, static_cast<const Embeddings&>(first).rows,
                     static_cast<const Embeddings&>(second).rows, pairs);
}

}  // namespace scrim
