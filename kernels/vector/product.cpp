#include "kernels/vector/level.h"

namespace scrim::vector::SCRIM_LEVEL {
namespace {

template <class V>
constexpr int width_of = int(V::size());

template <class V, int Vectors>
void store(const V (&values)[Vectors], float* out, std::int64_t columns) {
  if (columns == Vectors * width_of<V>) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) values[v].copy_to(out + v * width_of<V>, simd::element_aligned);
    return;
  }
  alignas(64) float whole[Vectors * width_of<V>];
  for (int v = 0; v < Vectors; ++v) values[v].copy_to(whole + v * width_of<V>, simd::element_aligned);
  for (std::int64_t i = 0; i < columns; ++i) out[i] = whole[i];
}

template <class V, int Vectors>
void load(V (&values)[Vectors], const float* in, std::int64_t columns) {
  if (columns == Vectors * width_of<V>) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) values[v].copy_from(in + v * width_of<V>, simd::element_aligned);
    return;
  }
  alignas(64) float whole[Vectors * width_of<V>] = {};
  for (std::int64_t i = 0; i < columns; ++i) whole[i] = in[i];
  for (int v = 0; v < Vectors; ++v) values[v].copy_from(whole + v * width_of<V>, simd::element_aligned);
}

/// The register tile: Rows x Vectors accumulators stay in registers through all taps and channels.
template <class V, int Rows, int Vectors>
void tile(const Product& p, std::int64_t first) {
  V sum[Rows][Vectors];
#pragma GCC unroll 12
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) sum[r][v] = 0;

#pragma GCC unroll 12
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) __builtin_prefetch(p.out[first + r] + v * width_of<V>, 1);

  const float* weights = p.weights;
  for (std::int64_t t = 0; t < p.taps; ++t) {
    const float* row[Rows];
#pragma GCC unroll 12
    for (int r = 0; r < Rows; ++r) row[r] = p.rows[t * p.row_step + first + r];
    // The pixels of the next tile: scattered, so the hardware does not foresee them.
    if (first + 2 * Rows <= p.count)
#pragma GCC unroll 12
      for (int r = 0; r < Rows; ++r) {
        const float* next = p.rows[t * p.row_step + first + Rows + r];
        __builtin_prefetch(next);
        __builtin_prefetch(next + 16);
      }
    for (std::int64_t c = 0; c < p.channels; ++c, weights += Vectors * width_of<V>) {
      V w[Vectors];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) w[v].copy_from(weights + v * width_of<V>, simd::vector_aligned);
#pragma GCC unroll 12
      for (int r = 0; r < Rows; ++r) {
        const V x(row[r][c]);
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) sum[r][v] += x * w[v];
      }
    }
  }

#pragma GCC unroll 12
  for (int r = 0; r < Rows; ++r) {
    float* out = p.out[first + r];
    if (p.accumulate) {
      V before[Vectors];
      load(before, out, p.columns);
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) sum[r][v] += before[v];
    }
    if (p.bias)
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) sum[r][v] += V(p.bias + v * width_of<V>, simd::element_aligned);
    if (p.slope == 0)
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) where(sum[r][v] < 0, sum[r][v]) = 0;
    else if (p.slope != 1)
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) where(sum[r][v] < 0, sum[r][v]) = sum[r][v] * p.slope;
    store(sum[r], out, p.columns);
  }
}

/// The rows that remain after the full tiles: the tile of just that many rows.
template <class V, int Rows, int Vectors>
void remainder(const Product& p, std::int64_t first, std::int64_t rows) {
  if constexpr (Rows > 0) {
    if (rows == Rows) return tile<V, Rows, Vectors>(p, first);
    remainder<V, Rows - 1, Vectors>(p, first, rows);
  }
}

template <class V, int Vectors>
void rows_of_tiles(const Product& p) {
  constexpr int rows = tile_rows(Vectors);
  std::int64_t first = 0;
  for (; first + rows <= p.count; first += rows) tile<V, rows, Vectors>(p, first);
  remainder<V, rows - 1, Vectors>(p, first, p.count - first);
}

}  // namespace

void product(const Product& p) {
  if (p.width == width_of<Narrow>) return rows_of_tiles<Narrow, 1>(p);
  if (p.width == lanes) return rows_of_tiles<Vector, 1>(p);
  if (p.width == 2 * lanes) return rows_of_tiles<Vector, 2>(p);
  if constexpr (most_vectors == 4) rows_of_tiles<Vector, 4>(p);
}

}  // namespace scrim::vector::SCRIM_LEVEL
