// Convolutions of many small groups: a register holds one channel of `lanes` groups, so that every lane works
// for a group of its own.
#include "kernels/vector/level.h"

namespace scrim::vector::SCRIM_LEVEL {
namespace {

/// Rows pixels x Columns output channels of a group, in registers through all taps and channels.
template <int Rows, int Columns>
void tile(const LanewiseProduct& p, std::int64_t first) {
  Vector sum[Rows][Columns];
#pragma GCC unroll 6
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int o = 0; o < Columns; ++o) sum[r][o] = 0;
  const float* weights = p.weights;
  for (std::int64_t t = 0; t < p.taps; ++t) {
    const float* row[Rows];
#pragma GCC unroll 6
    for (int r = 0; r < Rows; ++r) row[r] = p.rows[t * p.row_step + first + r] + p.offset;
    for (std::int64_t c = 0; c < p.channels; ++c, weights += Columns * lanes) {
      Vector w[Columns];
#pragma GCC unroll 4
      for (int o = 0; o < Columns; ++o) w[o].copy_from(weights + o * lanes, simd::vector_aligned);
#pragma GCC unroll 6
      for (int r = 0; r < Rows; ++r) {
        const Vector x(row[r] + c * p.plane, simd::element_aligned);
#pragma GCC unroll 4
        for (int o = 0; o < Columns; ++o) sum[r][o] += x * w[o];
      }
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int o = 0; o < Columns; ++o)
      sum[r][o].copy_to(p.out[first + r] + p.offset + o * p.plane, simd::element_aligned);
}

template <int Columns>
void rows_of_tiles(const LanewiseProduct& p) {
  constexpr int rows = most_vectors == 4 ? 6 : 2;
  std::int64_t first = 0;
  for (; first + rows <= p.count; first += rows) tile<rows, Columns>(p, first);
  for (; first < p.count; ++first) tile<1, Columns>(p, first);
}

template <int Channels, int Columns>
void outer_sums(const LanewiseOuter& a) {
  Vector sum[Channels][Columns];
#pragma GCC unroll 4
  for (int c = 0; c < Channels; ++c)
#pragma GCC unroll 4
    for (int o = 0; o < Columns; ++o) sum[c][o] = 0;
  for (std::int64_t i = 0; i < a.count; ++i) {
    Vector g[Columns];
#pragma GCC unroll 4
    for (int o = 0; o < Columns; ++o) g[o].copy_from(a.gy[i] + o * a.plane, simd::element_aligned);
#pragma GCC unroll 4
    for (int c = 0; c < Channels; ++c) {
      const Vector x(a.x[i] + c * a.plane, simd::element_aligned);
#pragma GCC unroll 4
      for (int o = 0; o < Columns; ++o) sum[c][o] += x * g[o];
    }
  }
#pragma GCC unroll 4
  for (int c = 0; c < Channels; ++c)
#pragma GCC unroll 4
    for (int o = 0; o < Columns; ++o) {
      float* out = a.out + (c * Columns + o) * lanes;
      (Vector(out, simd::element_aligned) + sum[c][o]).copy_to(out, simd::element_aligned);
    }
}

template <int Channels>
void outer_of_columns(const LanewiseOuter& a) {
  if (a.columns == 1) return outer_sums<Channels, 1>(a);
  if (a.columns == 2) return outer_sums<Channels, 2>(a);
  if (a.columns == 3) return outer_sums<Channels, 3>(a);
  if (a.columns == 4) return outer_sums<Channels, 4>(a);
}

}  // namespace

void lanewise_product(const LanewiseProduct& p) {
  if (p.columns == 1) return rows_of_tiles<1>(p);
  if (p.columns == 2) return rows_of_tiles<2>(p);
  if (p.columns == 3) return rows_of_tiles<3>(p);
  if (p.columns == 4) return rows_of_tiles<4>(p);
}

void lanewise_outer(const LanewiseOuter& a) {
  if (a.channels == 1) return outer_of_columns<1>(a);
  if (a.channels == 2) return outer_of_columns<2>(a);
  if (a.channels == 3) return outer_of_columns<3>(a);
  if (a.channels == 4) return outer_of_columns<4>(a);
}

}  // namespace scrim::vector::SCRIM_LEVEL
