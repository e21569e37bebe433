#include "tensor/random.h"

#include <cmath>
#include <numbers>

namespace scrim {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t(0xD2511F53u) * c[0];
    const std::uint64_t product1 = std::uint64_t(0xCD9E8D57u) * c[2];
    c = {std::uint32_t(product1 >> 32) ^ c[1] ^ k[0], std::uint32_t(product1),
         std::uint32_t(product0 >> 32) ^ c[3] ^ k[1], std::uint32_t(product0)};
    k[0] += 0x9E3779B9u;
    k[1] += 0xBB67AE85u;
  }
  return c;
}

namespace {

std::uint64_t fnv1a64(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : text) hash = (hash ^ c) * 0x100000001b3u;
  return hash;
}

std::array<std::uint32_t, 4> block(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
  return philox4x32(
      {std::uint32_t(index), std::uint32_t(index >> 32), std::uint32_t(stream), std::uint32_t(stream >> 32)},
      {std::uint32_t(seed), std::uint32_t(seed >> 32)});
}

double to_unit(std::uint64_t bits) {
  return double(bits >> 11) * 0x1p-53;
}

}  // namespace

Random::Random(std::uint64_t seed, std::string_view stream) : Random(seed, fnv1a64(stream)) {}

Random Random::split(std::uint64_t index) const {
  // The split's seed comes from the upper half of a block, whose lower half uniform_at() uses.
  const auto words = block(seed_, stream_, index);
  return Random(std::uint64_t(words[3]) << 32 | words[2], stream_ + 1);
}

Random Random::split(std::string_view name) const {
  return split(fnv1a64(name));
}

std::uint64_t Random::bits_at(std::uint64_t index) const {
  const auto words = block(seed_, stream_, index);
  return std::uint64_t(words[1]) << 32 | words[0];
}

double Random::uniform_at(std::uint64_t index) const {
  return to_unit(bits_at(index));
}

double Random::normal_at(std::uint64_t index) const {
  const auto words = block(seed_, stream_, index);
  const double radius_uniform =
      1 - to_unit(std::uint64_t(words[1]) << 32 | words[0]);  // (0, 1]: log is finite
  const double angle_uniform = to_unit(std::uint64_t(words[3]) << 32 | words[2]);
  return std::sqrt(-2 * std::log(radius_uniform)) * std::cos(2 * std::numbers::pi * angle_uniform);
}

std::int64_t Random::below(std::int64_t bound) {
  const std::uint64_t range = std::uint64_t(bound);
  const std::uint64_t rejected_from = UINT64_MAX - (UINT64_MAX % range + 1) % range;
  for (;;) {
    const std::uint64_t value = bits();
    if (value <= rejected_from) return std::int64_t(value % range);
  }
}

}  // namespace scrim
