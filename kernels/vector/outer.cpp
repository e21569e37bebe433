#include "kernels/vector/level.h"

namespace scrim::vector::SCRIM_LEVEL {
namespace {

/// Rows of the tile here: no row pointers compete for registers, and channel counts are multiples of 8 more
/// than of 12.
constexpr int outer_rows(int vectors) {
  return vectors == most_vectors ? 6 : 8;
}

/// Rows channels of x against Vectors registers of gy; the sums stay in registers over all runs.
template <int Rows, int Vectors>
void tile(const Outer& a, std::int64_t channel, std::int64_t column) {
  Vector sum[Rows][Vectors];
#pragma GCC unroll 12
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) sum[r][v] = 0;

  for (std::int64_t i = 0; i < a.run_count; ++i) {
    const float* x = a.runs[i].x + channel;
    const float* gy = a.runs[i].gy + column;
    for (std::int64_t k = 0; k < a.runs[i].count; ++k, x += a.x_step, gy += a.gy_step) {
      Vector g[Vectors];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) g[v].copy_from(gy + v * lanes, simd::element_aligned);
#pragma GCC unroll 12
      for (int r = 0; r < Rows; ++r) {
        const Vector value(x[r]);
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) sum[r][v] += value * g[v];
      }
    }
  }

#pragma GCC unroll 12
  for (int r = 0; r < Rows; ++r) {
    float* out = a.out + (channel + r) * a.width + column;
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) {
      const Vector before(out + v * lanes, simd::element_aligned);
      (before + sum[r][v]).copy_to(out + v * lanes, simd::element_aligned);
    }
  }
}

template <int Rows, int Vectors>
void remainder(const Outer& a, std::int64_t channel, std::int64_t column) {
  if constexpr (Rows > 0) {
    if (a.channels - channel == Rows) return tile<Rows, Vectors>(a, channel, column);
    remainder<Rows - 1, Vectors>(a, channel, column);
  }
}

template <int Vectors>
void column_of_tiles(const Outer& a, std::int64_t column) {
  constexpr int rows = outer_rows(Vectors);
  std::int64_t channel = 0;
  for (; channel + rows <= a.channels; channel += rows) tile<rows, Vectors>(a, channel, column);
  remainder<rows - 1, Vectors>(a, channel, column);
}

}  // namespace

void outer(const Outer& a) {
  for (std::int64_t column = 0; column < a.width;) {
    const std::int64_t vectors = (a.width - column) / lanes;
    if (vectors >= most_vectors) {
      column_of_tiles<most_vectors>(a, column);
      column += most_vectors * lanes;
    } else if (vectors >= 2) {
      column_of_tiles<2>(a, column);
      column += 2 * lanes;
    } else {
      column_of_tiles<1>(a, column);
      column += lanes;
    }
  }
}

}  // namespace scrim::vector::SCRIM_LEVEL
