#include "bench/fma_limit.h"

#include "kernels/vector/vector_kernels.h"

namespace scrim::bench {

double measure_fma_limit() {
  float sink[4] = {1, 1e-3f, 0, 0};
  double operations = 0;
  const double seconds =
      fastest(20, [&] { operations = vector::kernels().multiply_add_burn(2'000'000, sink); });
  return operations / seconds;
}

}  // namespace scrim::bench
