#include "sharing/format/ternary_pad.h"

#include <sodium.h>

#include <algorithm>

namespace scrim {
namespace {

constexpr int signs_in_byte = 5;
constexpr unsigned char values = 243;  // 3^5

using Nonce = std::array<unsigned char, share_format::nonce_size>;

/// The bytes of the pad, one after the other.
class Pad {
 public:
  Pad(const SecretBytes& key, const Nonce& nonce) : key_(key), nonce_(nonce), block_(block_size) {}

  unsigned char next() {
    for (;;) {
      if (at_ == block_.size()) refill();
      const unsigned char byte = block_.data()[at_++];
      if (byte < values) return byte;
    }
  }

 private:
  static constexpr std::size_t block_size = 64 * 1024;  // whole blocks of the cipher, which have 64 bytes

  void refill() {
    sodium_memzero(block_.data(), block_.size());
    crypto_stream_xchacha20_xor_ic(block_.data(), block_.data(), block_.size(), nonce_.data(), counter_,
                                   key_.data());
    counter_ += block_size / 64;
    at_ = 0;
  }

  const SecretBytes& key_;
  const Nonce& nonce_;
  SecretBytes block_;
  std::size_t at_ = block_size;
  std::uint64_t counter_ = 0;
};

/// (a + b) mod 3 or (a - b) mod 3, digit by digit; no table, whose place in the cache would tell of secrets.
unsigned char combined(unsigned char a, unsigned char b, bool subtract) {
  int result = 0, weight = 1;
  for (int i = 0; i < signs_in_byte; ++i) {
    const int digit_a = a % 3, digit_b = b % 3;
    result += weight * ((digit_a + (subtract ? 3 - digit_b : digit_b)) % 3);
    weight *= 3;
    a /= 3;
    b /= 3;
  }
  return static_cast<unsigned char>(result);
}

}  // namespace

std::string add_pad(const TernarySigns& signs, const SecretBytes& key, const Nonce& nonce) {
  Pad pad(key, nonce);
  const std::size_t count = signs.signs.size();
  std::string bytes;
  bytes.reserve((count + signs_in_byte - 1) / signs_in_byte);
  for (std::size_t at = 0; at < count; at += signs_in_byte) {
    int packed = 0;
    for (std::size_t i = signs_in_byte; i-- > 0;)
      packed = packed * 3 + (at + i < count ? signs.signs[at + i] : 0) + 1;
    bytes += char(combined(static_cast<unsigned char>(packed), pad.next(), false));
  }
  return bytes;
}

std::vector<std::int8_t> unpacked(std::string_view bytes, std::int64_t count) {
  require(std::int64_t(bytes.size()) == (count + signs_in_byte - 1) / signs_in_byte, "ternary code",
          "{} bytes came for {} signs", bytes.size(), count);
  std::vector<std::int8_t> signs;
  signs.reserve(bytes.size() * signs_in_byte);
  for (const char byte : bytes) {
    int rest = static_cast<unsigned char>(byte);
    require(rest < values, "ternary code", "is damaged: a byte is {}, five signs make at most 242", rest);
    for (int i = 0; i < signs_in_byte; ++i, rest /= 3) signs.push_back(std::int8_t(rest % 3 - 1));
  }
  signs.resize(std::size_t(count));
  return signs;
}

TernarySigns remove_pad(std::string_view padded, const TernaryShape& shape, const SecretBytes& key,
                        const Nonce& nonce) {
  Pad pad(key, nonce);
  std::string plain(padded);
  const Wiped wiped(plain);
  for (char& byte : plain) {
    const auto value = static_cast<unsigned char>(byte);
    require(value < values, "ternary code", "is damaged: a byte is {}, five signs make at most 242", value);
    byte = char(combined(value, pad.next(), true));
  }
  std::vector<std::int8_t> signs = unpacked(plain, std::int64_t(plain.size()) * signs_in_byte);
  const auto end = signs.begin() + std::ptrdiff_t(shape.symbols());
  require(std::all_of(end, signs.end(), [](std::int8_t sign) { return sign == 0; }), "ternary code",
          "is damaged: something follows after its end");
  signs.erase(end, signs.end());
  return {shape, std::move(signs)};
}

}  // namespace scrim
