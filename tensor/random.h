// The one source of randomness: Philox4x32-10, a counter-based generator.
// Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011, section 3.3.
// A number depends on (seed, stream, index) alone: the order in which threads ask for it never matters.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "tensor/host_device.h"

namespace scrim {

/// Ten Philox rounds: 128 counter bits and 64 key bits to 128 random bits.
SCRIM_HOST_DEVICE constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c,
                                                                    std::array<std::uint32_t, 2> k) {
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

class Random {
 public:
  /// Streams of one seed are independent of each other.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}
  /// A stream named by a text, e.g. Random(seed, "dropout").
  Random(std::uint64_t seed, std::string_view stream);
  /// An independent generator for part `index` of this one's work.
  Random split(std::uint64_t index) const;
  Random split(std::string_view name) const;

  // By index: the same index gives the same number.
  SCRIM_HOST_DEVICE std::uint64_t bits_at(std::uint64_t index) const {
    const auto words = block_at(index);
    return std::uint64_t(words[1]) << 32 | words[0];
  }
  /// In [0, 1), 53 bits.
  SCRIM_HOST_DEVICE double uniform_at(std::uint64_t index) const {
    return double(bits_at(index) >> 11) * 0x1p-53;
  }
  double normal_at(std::uint64_t index) const;  ///< mean 0, variance 1 (Box-Muller)

  // In sequence: each call takes the next index.
  std::uint64_t bits() { return bits_at(next_++); }
  double uniform() { return uniform_at(next_++); }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double normal() { return normal_at(next_++); }
  std::int64_t below(std::int64_t bound);  ///< uniform in [0, bound), without bias; bound > 0

 private:
  SCRIM_HOST_DEVICE std::array<std::uint32_t, 4> block_at(std::uint64_t index) const {
    return philox4x32({std::uint32_t(index), std::uint32_t(index >> 32), std::uint32_t(stream_),
                       std::uint32_t(stream_ >> 32)},
                      {std::uint32_t(seed_), std::uint32_t(seed_ >> 32)});
  }

  std::uint64_t seed_, stream_, next_ = 0;
};

/// Fisher and Yates.
template <class T>
void shuffle(std::vector<T>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[std::size_t(random.below(std::int64_t(i)))]);
}

}  // namespace scrim
