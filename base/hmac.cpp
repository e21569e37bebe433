#include "base/hmac.h"

#include <sodium.h>

namespace scrim {

std::array<unsigned char, 32> hmac_sha256(std::span<const unsigned char> key,
                                          std::span<const unsigned char> bytes) {
  static_assert(crypto_auth_hmacsha256_BYTES == 32);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  crypto_auth_hmacsha256_update(&state, bytes.data(), bytes.size());
  std::array<unsigned char, 32> code;
  crypto_auth_hmacsha256_final(&state, code.data());
  return code;
}

}  // namespace scrim
