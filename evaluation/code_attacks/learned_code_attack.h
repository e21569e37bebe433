// The attack on public codes that learns (evaluation/code_attacks/code_attack.h).
#pragma once

#include <functional>

#include "evaluation/code_attacks/code_attack.h"

namespace scrim {

struct LearnedAttackOptions {
  std::int64_t steps = 300;
  std::int64_t patches_in_step = 16;
  std::uint64_t seed = 1;
};

/// Learns on films of one size (others are left out); then answers any number of targets of that size.
class LearnedAttacker {
 public:
  /// `own`: the attacker's films, at least three of the size height x width. Throws Error otherwise.
  LearnedAttacker(FilmCoder& coder, PublicKind kind, const std::vector<GrayImage>& own, std::int64_t height,
                  std::int64_t width);
  ~LearnedAttacker();

  /// Learns from scratch. progress: after each step.
  void train(const LearnedAttackOptions& options,
             const std::function<void(std::int64_t step, double loss)>& progress);

  /// After train().
  AttackResult operator()(const AttackedFilm& target);
  /// The mean of the attacker's films: what needs no public file at all.
  AttackResult mean_film(const AttackedFilm& target) const;
  /// Share of the answer that comes from the public file, 0 to 1; after train().
  double trust() const;

 private:
  class Network;
  /// What an own film is to the attacker.
  struct OwnFilm {
    GrayImage film;
    TernaryCode code;
    Tensor patches;
  };
  Tensor public_view(const OwnFilm& film, const Random& decoys) const;
  Tensor mean_of_others(const OwnFilm& film) const;

  FilmCoder& coder_;
  PublicKind kind_;
  PublicKey anyone_;  ///< whom the attacker seals his own films to
  std::vector<OwnFilm> own_;
  Tensor mean_patches_;
  std::unique_ptr<Network> network_;
};

}  // namespace scrim
