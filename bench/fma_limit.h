// The machine's multiply-add limit, measured here and now: the yardstick of every figure in bench/.
#pragma once

#include <algorithm>
#include <chrono>

namespace scrim::bench {

/// Floating-point operations a second that the instruction-set level in use reaches on one thread, in
/// registers alone. The best of several short runs: noise only ever takes away.
double measure_fma_limit();

/// Seconds of the fastest of `runs` calls.
template <class Body>
double fastest(int runs, const Body& body) {
  double best = 1e300;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    body();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

}  // namespace scrim::bench
