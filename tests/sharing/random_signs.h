// Codes with the right number of signs at random places.
#pragma once

#include <numeric>

#include "sharing/format/ternary_signs.h"
#include "tensor/random.h"

namespace scrim::test {

inline TernarySigns random_signs(const TernaryShape& shape, std::uint64_t seed) {
  Random random(seed);
  TernarySigns result{shape, std::vector<std::int8_t>(std::size_t(shape.symbols()))};
  std::vector<std::int64_t> order(std::size_t(shape.channels));
  for (std::int64_t line = 0; line < shape.lines(); ++line) {
    std::iota(order.begin(), order.end(), 0);
    for (std::int64_t i = 0; i < 2 * shape.k; ++i) {
      std::swap(order[std::size_t(i)], order[std::size_t(i + random.below(shape.channels - i))]);
      result.signs[std::size_t(line * shape.channels + order[std::size_t(i)])] = i < shape.k ? 1 : -1;
    }
  }
  return result;
}

}  // namespace scrim::test
