// The inner loops of the CPU kernels, compiled once per instruction-set level and picked once at start.
//
// A level's files (product.cpp, outer.cpp, winograd.cpp, elementwise.cpp) are built with that level's flags
// into the namespace scrim::vector::<level>. They see plain structs of pointers only: a container or any
// other inline function of the standard library compiled there could be picked by the linker for code that
// runs on older machines.
#pragma once

#include <cstdint>

namespace scrim::vector {

/// A reasonable share of an elementwise loop for one thread: 64 KiB of f32.
inline constexpr std::int64_t elements_per_task = 16384;

/// out[r][0..columns) = activation(start + bias + sum over t, c of rows[t * row_step + r][c] *
/// weights[t][c][0..columns)) for r in [0, count): a small matrix product whose left rows are given one by
/// one, so that a convolution can point each at a pixel, or at zeros outside the image (Dukhan, "The Indirect
/// Convolution Algorithm", 2019).
struct Product {
  const float* const* rows;  ///< taps * row_step pointers to `channels` values each
  std::int64_t row_step;
  std::int64_t taps, channels;
  const float* weights;  ///< [taps][channels][width], 64-byte aligned
  std::int64_t width;    ///< one of product_width(); columns beyond `columns` are padding
  std::int64_t columns;
  float* const* out;
  std::int64_t count;
  const float* bias;  ///< [width], or null
  bool accumulate;    ///< start from what out holds; else from zero
  float slope;        ///< activation: y < 0 ? slope * y : y; 0 = relu, 1 = none
};

/// One run of pixels of a weight gradient: x and gy at its first pixel.
struct PixelRun {
  const float* x;
  const float* gy;
  std::int64_t count;
};

/// out[c * width + o] += sum over runs and their pixels k of x[k * x_step + c] * gy[k * gy_step + o],
/// c in [0, channels), o in [0, width); gy has width readable values at every pixel.
struct Outer {
  const PixelRun* runs;
  std::int64_t run_count;
  std::int64_t x_step, gy_step;
  std::int64_t channels, width;
  float* out;
};

/// A convolution of `lanes` groups at once, a group a lane: out[r][o * plane + lane] = sum over t, c of
/// rows[t * row_step + r][c * plane + lane] * weights[t][c][o][lane], r in [0, count), o in [0, columns),
/// columns <= 4.
struct LanewiseProduct {
  const float* const* rows;
  std::int64_t row_step, taps, channels, plane;
  std::int64_t offset;   ///< of the first group, added to every pointer of rows and out
  const float* weights;  ///< 64-byte aligned
  std::int64_t columns;
  float* const* out;
  std::int64_t count;
};
/// out[c][o][lane] += sum over i in [0, count) of x[i][c * plane + lane] * gy[i][o * plane + lane]; at most 4
/// of each.
struct LanewiseOuter {
  const float* const* x;
  const float* const* gy;
  std::int64_t count, plane;
  int channels, columns;
  float* out;
};

/// Winograd F(4x4, 3x3): see kernels/conv2d/conv2d_winograd.h. Channel counts are multiples of `lanes`.
struct WinogradInput {
  const float* const* pixels;  ///< 36 pointers to `channels` values: the tile's 6x6 inputs, row-major
  std::int64_t channels;
  float* out;  ///< out[k * plane + c], k in [0, 36)
  std::int64_t plane;
};
struct WinogradOutput {
  const float* in;  ///< in[k * plane + o]
  std::int64_t plane, columns;
  float* const* out;  ///< 16 pointers, row-major; null outside the image
  const float* bias;  ///< [columns], or null
  bool accumulate;    ///< add to what out holds
  float slope;        ///< as in Product
};
struct WinogradWeights {
  const float* taps;  ///< [9][width]: one input channel's weights of `width` outputs
  std::int64_t width;
  float* out;  ///< out[k * plane + o], k in [0, 36)
  std::int64_t plane;
};

/// Per-channel coefficients of a normalization over rows of `channels` values: y = (x - mean) * scale + bias.
/// Folding the mean into the bias would save a subtraction and lose the digits of a mean that is many
/// deviations.
struct Affine {
  const float *mean, *scale, *bias;
  std::int64_t channels;
  bool relu;
};

/// What batch_norm's backward pass needs of a channel.
struct NormBackward {
  const float *mean, *rstd, *scale, *bias;  ///< scale = weight * rstd
  std::int64_t channels;
  bool relu;
};

/// out[c] = the largest of inputs[k][c], k in [0, count); NaN is larger than every number, the first of
/// equals wins.
struct MaxWindow {
  const float* const* inputs;
  const float* cells;  ///< a number for each input, 0 to 255
  int count;
  std::int64_t channels;
  float* out;
  std::uint8_t* from;  ///< the winner's number, or null
};

struct AdamStep {
  float learning_rate, beta1, beta2, epsilon;
  float correction1, correction2;  ///< 1 - beta^t
  float l2;                        ///< added to the gradient: l2 * parameter
  float decay;                     ///< AdamW: the parameter is first multiplied by 1 - learning_rate * decay
};

struct Kernels {
  const char* level;               ///< "x86-64-v4"
  std::int64_t lanes;              ///< f32 values of a register
  std::int64_t narrowest, widest;  ///< product blocks: lanes / 2 or lanes; 4 * lanes or 2 * lanes

  void (*product)(const Product&);
  void (*outer)(const Outer&);
  void (*lanewise_product)(const LanewiseProduct&);
  void (*lanewise_outer)(const LanewiseOuter&);
  void (*winograd_input)(const WinogradInput&);
  void (*winograd_output)(const WinogradOutput&);
  void (*winograd_weights)(const WinogradWeights&);

  void (*relu)(const float* x, float* y, std::int64_t count);
  void (*relu_backward)(const float* y, const float* gy, float* gx, std::int64_t count);
  void (*affine)(const Affine&, const float* x, float* y, std::int64_t rows);
  /// sums[c] = sum over rows of x
  void (*column_sums)(const float* x, std::int64_t rows, std::int64_t channels, float* sums);
  /// squares[c] = sum over rows of (x - mean[c])^2
  void (*column_squares)(const float* x, const float* mean, std::int64_t rows, std::int64_t channels,
                         float* squares);
  /// sums[c] = sum of g, products[c] = sum of g * (x - mean) * rstd; g = gy, or 0 where relu cut
  void (*norm_backward_sums)(const NormBackward&, const float* x, const float* gy, std::int64_t rows,
                             float* sums, float* products);
  /// gx = scale * (g - mean_g - (x - mean) * rstd * mean_gx)
  void (*norm_backward_apply)(const NormBackward&, const float* x, const float* gy, const float* mean_g,
                              const float* mean_gx, float* gx, std::int64_t rows);
  void (*max_window)(const MaxWindow&);
  /// out[r] = sum over i of x[i] * rows[r * length + i], r in [0, count)
  void (*dot_rows)(const float* x, const float* rows, std::int64_t count, std::int64_t length, float* out);
  /// sums[c] = sum over r of a[r * a_step + c] * b[r * b_step + c], r in [0, rows), c in [0, columns)
  void (*row_products)(const float* a, std::int64_t a_step, const float* b, std::int64_t b_step,
                       std::int64_t rows, std::int64_t columns, float* sums);
  void (*adam)(const AdamStep&, const float* gradient, float* parameter, float* mean, float* square,
               std::int64_t count);
  /// Runs `rounds` rounds of independent multiply-adds in registers; returns the floating-point operations
  /// done. The bench measures the level's FMA limit with it. `sink` keeps the compiler from dropping the
  /// work.
  double (*multiply_add_burn)(std::int64_t rounds, float* sink);
};

/// The level in use: the highest that the machine runs, or the one named by the environment variable
/// SCRIM_CPU_LEVEL (x86-64-v2, x86-64-v3, x86-64-v4), for tests and the bench. Throws Error when the machine
/// lacks that one.
const Kernels& kernels();

/// Every level of this build that the machine runs, best first.
const Kernels* const* available_levels();  // ends with null
/// Tests and the bench: compute with another level from here on.
void use_level(const Kernels& level);

/// The width of the product block for `columns` outputs that are left: the smallest of narrowest, twice that,
/// ... up to widest that holds them, or widest.
std::int64_t product_width(std::int64_t columns);

}  // namespace scrim::vector
