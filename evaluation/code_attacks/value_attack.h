// The attacks on public codes that need no learning: k_smallest and threshold (evaluation/code_attacks/code_attack.h).
#pragma once

#include "evaluation/code_attacks/code_attack.h"

namespace scrim {

/// Both attacks on one film.
std::vector<AttackResult> attack_by_values(FilmCoder& coder, const AttackedFilm& target, PublicKind kind);

/// The k smallest values of each line of dense[N,h,w,c,m], zeros elsewhere.
Tensor smallest_of_lines(const Tensor& dense, std::int64_t k);

}  // namespace scrim
