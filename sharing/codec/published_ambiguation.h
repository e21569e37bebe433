// Ambiguation as published (PRIMIS): the code's values stay where they are, and every other place of the dense
// code gets a decoy. Kept for comparison: what it hides is little, as evaluation/code_attacks/code_attack.h shows.
//   positive values lie in [p0, p1]; half of the places draw from [p1, 2 p1 - p0)
//   negative values lie in [n0, n1]; the other half draws from   [n1, 2 n1 - n0)
// with the ranges taken over one film, and the decoys' places drawn at random over all of it.
#pragma once

#include "models/sparse_ternary.h"
#include "sharing/format/ternary_signs.h"

namespace scrim {

/// Dense values [N,h,w,c,m], f32: public. Not from a cryptographic generator, as published.
Tensor ambiguated(const TernaryCode& code, std::int64_t channels, Random random);

/// The key: where the values lie, [N,h,w,k,m] i64 each.
TernaryCode disambiguated(const Tensor& dense, const Tensor& positive_index, const Tensor& negative_index);
/// Without the key, as published: the k largest of each line, which are decoys, and the k smallest, which are the
/// true negative values, with the wrong sign.
TernaryCode disambiguated_without_key(const Tensor& dense, std::int64_t k);

/// Bits that a patch's code takes, by different counts.
struct CodeRates {
  double
      printed_actual;    ///< what the published code prints as actual: 2 m (m h w) log2 c; m twice, k missing
  double indices;        ///< every index in log2 c bits: 2 k m h w log2 c
  double printed_ideal;  ///< what it prints as ideal: m h w log2 C(c, 2k); the places without the signs
  double ideal;          ///< places and signs: m h w log2(C(c,k) C(c-k,k))
};
CodeRates rates_of_patch(const TernaryShape& shape);

}  // namespace scrim
