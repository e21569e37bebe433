// HMAC-SHA-256 (RFC 2104): numbers that only who has the key can foretell.
#pragma once

#include <array>
#include <span>

namespace scrim {

std::array<unsigned char, 32> hmac_sha256(std::span<const unsigned char> key,
                                          std::span<const unsigned char> bytes);

}  // namespace scrim
