#include "tensor/random.h"

#include <cmath>
#include <numbers>

#include "base/fnv1a.h"

namespace scrim {

namespace {

double to_unit(std::uint64_t bits) {
  return double(bits >> 11) * 0x1p-53;
}

}  // namespace

Random::Random(std::uint64_t seed, std::string_view stream) : Random(seed, fnv1a(stream)) {}

Random Random::split(std::uint64_t index) const {
  // The split's seed comes from the upper half of a block, whose lower half uniform_at() uses.
  const auto words = block_at(index);
  return Random(std::uint64_t(words[3]) << 32 | words[2], stream_ + 1);
}

Random Random::split(std::string_view name) const {
  return split(fnv1a(name));
}

double Random::normal_at(std::uint64_t index) const {
  const auto words = block_at(index);
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
