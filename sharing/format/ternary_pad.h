// The ternary pad: c = (t + pad) mod 3 sign by sign. What comes out still is a dense ternary code, whatever t is.
//
// Five signs t stand in a byte, the first lowest: sum over i of (t_i + 1) * 3^i, below 243. The pad is the
// XChaCha20 key stream without its bytes of 243 and above, each byte five pads in the same way.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "sharing/format/secret_bytes.h"
#include "sharing/format/share_format.h"

namespace scrim {

/// ceil(symbols / 5) bytes; the signs that fill the last one up are zeros before the pad.
std::string add_pad(const TernarySigns& signs, const SecretBytes& key,
                    const std::array<unsigned char, share_format::nonce_size>& nonce);

/// Throws Error for a byte of 243 or above, and for filling signs that are not zero.
TernarySigns remove_pad(std::string_view padded, const TernaryShape& shape, const SecretBytes& key,
                        const std::array<unsigned char, share_format::nonce_size>& nonce);

/// The first `count` signs of packed bytes, -1 to 1, as they are. Throws Error for a byte of 243 or above, and when
/// there are more or fewer bytes than they take.
std::vector<std::int8_t> unpacked(std::string_view bytes, std::int64_t count);

}  // namespace scrim
