// FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv): a quick number for names and pixels, not a secure hash.
#pragma once

#include <cstdint>
#include <string_view>

namespace scrim {

class Fnv1a {
 public:
  constexpr void add(std::uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3u; }
  constexpr std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

/// Of a text's bytes.
constexpr std::uint64_t fnv1a(std::string_view text) {
  Fnv1a hash;
  for (const char c : text) hash.add(static_cast<unsigned char>(c));
  return hash.value();
}

}  // namespace scrim
