// What the seeds of fuzz_share hold, and whom they are sealed to.
#pragma once

#include <algorithm>

#include "sharing/format/envelope.h"

namespace scrim::fuzz {

inline SecretKey seed_key() {
  SecretKey key{SecretBytes(32)};
  std::fill_n(key.bytes.data(), 32, static_cast<unsigned char>(7));
  return key;
}

inline TernarySigns seed_code() {
  return {{1, 1, 1, 4, 1}, {1, 0, -1, 0}};
}

}  // namespace scrim::fuzz
