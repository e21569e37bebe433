// Included by the files that are compiled once per level. SCRIM_LEVEL is the namespace, set by CMake.
#pragma once

#include <experimental/simd>

#include "kernels/vector/vector_kernels.h"

namespace scrim::vector::SCRIM_LEVEL {

namespace simd = std::experimental;
using Vector = simd::native_simd<float>;
inline constexpr int lanes = int(Vector::size());

// Half a register, where half registers compute twice as often: the smallest width that is worth a loop.
#if defined(__AVX512F__)
using Narrow = simd::simd<float, simd::simd_abi::deduce_t<float, lanes / 2>>;
#else
using Narrow = Vector;
#endif

#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int most_vectors = 4;  // 32 registers: a tile of 6 rows x 4 vectors
#else
inline constexpr int most_vectors = 2;  // 16 registers: 6 rows x 2 vectors
#endif

/// Rows of a register tile that is `vectors` wide: accumulators, one row of weights and a broadcast fit the
/// registers.
constexpr int tile_rows(int vectors) {
  return vectors == most_vectors ? 6 : 12;
}

void product(const Product&);
void outer(const Outer&);
void lanewise_product(const LanewiseProduct&);
void lanewise_outer(const LanewiseOuter&);
void winograd_input(const WinogradInput&);
void winograd_output(const WinogradOutput&);
void winograd_weights(const WinogradWeights&);
void relu(const float* x, float* y, std::int64_t count);
void relu_backward(const float* y, const float* gy, float* gx, std::int64_t count);
void affine(const Affine&, const float* x, float* y, std::int64_t rows);
void column_sums(const float* x, std::int64_t rows, std::int64_t channels, float* sums);
void column_squares(const float* x, const float* mean, std::int64_t rows, std::int64_t channels,
                    float* squares);
void norm_backward_sums(const NormBackward&, const float* x, const float* gy, std::int64_t rows, float* sums,
                        float* products);
void norm_backward_apply(const NormBackward&, const float* x, const float* gy, const float* mean_g,
                         const float* mean_gx, float* gx, std::int64_t rows);
void max_window(const MaxWindow&);
void dot_rows(const float* x, const float* rows, std::int64_t count, std::int64_t length, float* out);
void row_products(const float* a, std::int64_t a_step, const float* b, std::int64_t b_step, std::int64_t rows,
                  std::int64_t columns, float* sums);
void adam(const AdamStep&, const float* gradient, float* parameter, float* mean, float* square,
          std::int64_t count);
double multiply_add_burn(std::int64_t rounds, float* sink);

}  // namespace scrim::vector::SCRIM_LEVEL
