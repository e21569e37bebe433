// What attackers are asked, and what comes of it: figures of every attack, of several starts, of all attackers together.
#pragma once

#include "evaluation/identity/retrain_verifier.h"
#include "evaluation/identity/sides.h"

namespace scrim {

class AttackLog {
 public:
  /// All are used as long as this lives. `scene`: with the films as they were released.
  AttackLog(const RetrainVerifierConfig& config, const Scene& scene, VerificationResult& result)
      : config_(config), scene_(scene), result_(result) {}

  /// Scores of an attacker for all films of a side with all, on one kind of pairs.
  static std::vector<float> scores_of(Attacker& attacker, const std::string& kind, const Side& side);
  static std::vector<float> scores_of(Attacker& attacker, const std::string& kind, const Side& side,
                                      SeenFilms& seen);

  /// Asks about test and validation of a scene, which may be a restored one.
  void ask(Attacker& attacker, const std::vector<std::string>& about, const Scene& scene);
  void ask(Attacker& attacker, const std::vector<std::string>& about, const Scene& scene, SeenFilms& test);
  /// An attacker who was asked elsewhere.
  void add(const AttackerFacts& facts, const std::string& kind, std::vector<float> scores,
           std::vector<float> valid_scores);
  /// The mean score of several starts, and what one of them reaches. Returns the scores of each.
  std::vector<std::vector<float>> ask_starts(const AttackerFacts& facts,
                                             const std::vector<std::unique_ptr<Attacker>>& starts,
                                             const Scene& scene, const std::string& kind);
  void add_seeds(const std::string& kind, const std::string& family,
                 const std::vector<std::vector<float>>& scores);
  /// What an attacker reaches who learned from so many films.
  void add_learning_point(const std::string& kind, std::int64_t films, const std::vector<float>& scores);
  /// All attackers of a kind together, weighed on the validation pairs.
  void join(const std::string& kind);
  Risks risks_of(const std::string& kind) const;

 private:
  const RetrainVerifierConfig& config_;
  const Scene& scene_;
  VerificationResult& result_;
  std::vector<std::vector<float>> valid_scores_;  ///< of each attack
};

}  // namespace scrim
