// The transforms of Winograd F(4x4, 3x3), Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks", CVPR 2016, section 4.3: Y = A^T [ (G g G^T) . (B^T d B) ] A, for a vector of channels at a time.
#include "kernels/vector/level.h"

namespace scrim::vector::SCRIM_LEVEL {
namespace {

/// out[i * step] = row i of B^T times the six inputs.
[[gnu::always_inline]] inline void times_b(const Vector& d0, const Vector& d1, const Vector& d2,
                                           const Vector& d3, const Vector& d4, const Vector& d5, Vector* out,
                                           int step) {
  const Vector even = d4 - 4 * d2, odd = d3 - 4 * d1;
  const Vector even2 = d4 - d2, odd2 = 2 * (d3 - d1);
  out[0 * step] = 4 * d0 - 5 * d2 + d4;
  out[1 * step] = even + odd;
  out[2 * step] = even - odd;
  out[3 * step] = even2 + odd2;
  out[4 * step] = even2 - odd2;
  out[5 * step] = 4 * d1 - 5 * d3 + d5;
}

/// out[i * step] = row i of A^T times the six products.
[[gnu::always_inline]] inline void times_a(const Vector& m0, const Vector& m1, const Vector& m2,
                                           const Vector& m3, const Vector& m4, const Vector& m5, Vector* out,
                                           int step) {
  const Vector sum1 = m1 + m2, difference1 = m1 - m2, sum2 = m3 + m4, difference2 = m3 - m4;
  out[0 * step] = m0 + sum1 + sum2;
  out[1 * step] = difference1 + 2 * difference2;
  out[2 * step] = sum1 + 4 * sum2;
  out[3 * step] = difference1 + 8 * difference2 + m5;
}

/// out[i * step] = row i of G times the three weights.
[[gnu::always_inline]] inline void times_g(const Vector& g0, const Vector& g1, const Vector& g2, Vector* out,
                                           int step) {
  const Vector outer = g0 + g2, outer2 = g0 * (1.0f / 24) + g2 * (1.0f / 6);
  out[0 * step] = g0 * 0.25f;
  out[1 * step] = (outer + g1) * (-1.0f / 6);
  out[2 * step] = (outer - g1) * (-1.0f / 6);
  out[3 * step] = outer2 + g1 * (1.0f / 12);
  out[4 * step] = outer2 - g1 * (1.0f / 12);
  out[5 * step] = g2;
}

}  // namespace

void winograd_input(const WinogradInput& a) {
  for (std::int64_t c = 0; c < a.channels; c += lanes) {
    Vector columns[36], result[36];
#pragma GCC unroll 6
    for (int j = 0; j < 6; ++j) {
      Vector d[6];
#pragma GCC unroll 6
      for (int i = 0; i < 6; ++i) d[i].copy_from(a.pixels[i * 6 + j] + c, simd::element_aligned);
      times_b(d[0], d[1], d[2], d[3], d[4], d[5], columns + j, 6);
    }
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) {
      const Vector* d = columns + 6 * i;
      times_b(d[0], d[1], d[2], d[3], d[4], d[5], result + 6 * i, 1);
#pragma GCC unroll 6
      for (int j = 0; j < 6; ++j)
        result[6 * i + j].copy_to(a.out + (6 * i + j) * a.plane + c, simd::element_aligned);
    }
  }
}

void winograd_output(const WinogradOutput& a) {
  for (std::int64_t o = 0; o < a.columns; o += lanes) {
    Vector columns[24], result[16];
#pragma GCC unroll 6
    for (int j = 0; j < 6; ++j) {
      Vector m[6];
#pragma GCC unroll 6
      for (int i = 0; i < 6; ++i) m[i].copy_from(a.in + (6 * i + j) * a.plane + o, simd::element_aligned);
      times_a(m[0], m[1], m[2], m[3], m[4], m[5], columns + j, 6);
    }
    Vector bias = 0;
    if (a.bias) bias.copy_from(a.bias + o, simd::element_aligned);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const Vector* m = columns + 6 * i;
      times_a(m[0], m[1], m[2], m[3], m[4], m[5], result + 4 * i, 1);
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        Vector y = result[4 * i + j] + bias;
        float* out = a.out[4 * i + j];
        if (!out) continue;
        if (a.accumulate) y += Vector(out + o, simd::element_aligned);
        if (a.slope == 0)
          where(y < 0, y) = 0;
        else if (a.slope != 1)
          where(y < 0, y) = y * a.slope;
        y.copy_to(out + o, simd::element_aligned);
      }
    }
  }
}

void winograd_weights(const WinogradWeights& a) {
  for (std::int64_t o = 0; o < a.width; o += lanes) {
    Vector columns[18], result[36];
    for (int j = 0; j < 3; ++j) {
      Vector g[3];
      for (int i = 0; i < 3; ++i) g[i].copy_from(a.taps + (3 * i + j) * a.width + o, simd::element_aligned);
      times_g(g[0], g[1], g[2], columns + j, 3);
    }
    for (int i = 0; i < 6; ++i) {
      times_g(columns[3 * i], columns[3 * i + 1], columns[3 * i + 2], result + 6 * i, 1);
      for (int j = 0; j < 6; ++j)
        result[6 * i + j].copy_to(a.out + (6 * i + j) * a.plane + o, simd::element_aligned);
    }
  }
}

}  // namespace scrim::vector::SCRIM_LEVEL
