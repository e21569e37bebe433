// The one source of randomness: Philox4x32-10, a counter-based generator.
// Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011, section 3.3.
// A number depends on (seed, stream, index) alone: the order in which threads ask for it never matters.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace scrim {

/// Ten Philox rounds: 128 counter bits and 64 key bits to 128 random bits.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

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
  std::uint64_t bits_at(std::uint64_t index) const;
  double uniform_at(std::uint64_t index) const;  ///< in [0, 1), 53 bits
  double normal_at(std::uint64_t index) const;   ///< mean 0, variance 1 (Box-Muller)

  // In sequence: each call takes the next index.
  std::uint64_t bits() { return bits_at(next_++); }
  double uniform() { return uniform_at(next_++); }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double normal() { return normal_at(next_++); }
  std::int64_t below(std::int64_t bound);  ///< uniform in [0, bound), without bias; bound > 0

 private:
  std::uint64_t seed_, stream_, next_ = 0;
};

/// Fisher and Yates.
template <class T>
void shuffle(std::vector<T>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[std::size_t(random.below(std::int64_t(i)))]);
}

}  // namespace scrim
