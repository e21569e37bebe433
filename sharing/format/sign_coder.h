// Entropy coding of ternary signs: a range coder (Martin, "Range encoding", 1979; the carry of LZMA's) whose
// model is the uniform law over all lines with k signs of each kind. A symbol of a line in which r symbols, p of
// them +1 and n of them -1, are still to come is +1 with p/r, -1 with n/r, 0 with the rest.
//
// The law is fixed and every line costs the same log2(C(c,k) * C(c-k,k)) bits, so that the length of a film's
// code says nothing about the film. docs/share_format.md describes the bytes.
#pragma once

#include <string>
#include <string_view>

#include "sharing/format/ternary_signs.h"

namespace scrim {

/// Always encoded_size(shape) bytes. Throws Error when a line has not exactly k signs of each kind.
std::string encode_signs(const TernarySigns& signs);

/// Throws Error when the bytes are no such code: a symbol that cannot be, too few bytes, or anything but zeros
/// after the last one that the decoder needs.
TernarySigns decode_signs(std::string_view bytes, const TernaryShape& shape);

/// Ideal size, what the coder's rounding may add, and its 6 closing bytes.
std::size_t encoded_size(const TernaryShape& shape);

}  // namespace scrim
