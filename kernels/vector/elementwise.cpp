// Loops that move memory more than they compute: plain C++, left to the compiler's vectoriser, except where sums over
// rows want several registers at once.
#include "kernels/vector/level.h"

namespace scrim::vector::SCRIM_LEVEL {

void relu(const float* x, float* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) y[i] = x[i] < 0 ? 0 : x[i];
}

void relu_backward(const float* y, const float* gy, float* gx, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) gx[i] = y[i] > 0 ? gy[i] : y[i] == 0 ? 0 : y[i];
}

void affine(const Affine& a, const float* x, float* y, std::int64_t rows) {
  for (std::int64_t row = 0; row < rows; ++row) {
    const float* in = x + row * a.channels;
    float* out = y + row * a.channels;
    if (a.relu) {
#pragma GCC ivdep
      for (std::int64_t c = 0; c < a.channels; ++c) {
        const float value = in[c] * a.scale[c] + a.shift[c];
        out[c] = value < 0 ? 0 : value;
      }
    } else {
#pragma GCC ivdep
      for (std::int64_t c = 0; c < a.channels; ++c) out[c] = in[c] * a.scale[c] + a.shift[c];
    }
  }
}

void column_sums(const float* x, std::int64_t rows, std::int64_t channels, float* __restrict sums) {
  for (std::int64_t c = 0; c < channels; ++c) sums[c] = 0;
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t c = 0; c < channels; ++c) sums[c] += x[row * channels + c];
}

void column_squares(const float* x, const float* mean, std::int64_t rows, std::int64_t channels,
                    float* __restrict squares) {
  for (std::int64_t c = 0; c < channels; ++c) squares[c] = 0;
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t c = 0; c < channels; ++c) {
      const float distance = x[row * channels + c] - mean[c];
      squares[c] += distance * distance;
    }
}

void norm_backward_sums(const NormBackward& a, const float* __restrict x, const float* __restrict gy,
                        std::int64_t rows, float* __restrict sums, float* __restrict products) {
  for (std::int64_t c = 0; c < a.channels; ++c) sums[c] = products[c] = 0;
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t c = 0; c < a.channels; ++c) {
      const std::int64_t i = row * a.channels + c;
      const float g = a.relu && !(x[i] * a.scale[c] + a.shift[c] > 0) ? 0 : gy[i];
      sums[c] += g;
      products[c] += g * ((x[i] - a.mean[c]) * a.rstd[c]);
    }
}

void norm_backward_apply(const NormBackward& a, const float* x, const float* gy, const float* mean_g,
                         const float* mean_gx, float* gx, std::int64_t rows) {
  for (std::int64_t row = 0; row < rows; ++row)
#pragma GCC ivdep
    for (std::int64_t c = 0; c < a.channels; ++c) {
      const std::int64_t i = row * a.channels + c;
      const float g = a.relu && !(x[i] * a.scale[c] + a.shift[c] > 0) ? 0 : gy[i];
      gx[i] = a.scale[c] * (g - mean_g[c] - (x[i] - a.mean[c]) * a.rstd[c] * mean_gx[c]);
    }
}

void max_update(const float* x, std::uint8_t cell, bool first, float* out, std::uint8_t* cells, std::int64_t count) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < count; ++i) {
    const bool wins = first || (out[i] == out[i] && !(x[i] <= out[i]));
    out[i] = wins ? x[i] : out[i];
    cells[i] = wins ? cell : cells[i];
  }
}

void adam(const AdamStep& a, const float* __restrict gradient, float* __restrict parameter, float* __restrict mean,
          float* __restrict square, std::int64_t count) {
  const float step = a.learning_rate / a.correction1, root = 1 / __builtin_sqrtf(a.correction2);
  const float keep = 1 - a.learning_rate * a.decay;
  for (std::int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] + a.l2 * parameter[i];
    mean[i] = a.beta1 * mean[i] + (1 - a.beta1) * g;
    square[i] = a.beta2 * square[i] + (1 - a.beta2) * g * g;
    parameter[i] = parameter[i] * keep - step * mean[i] / (__builtin_sqrtf(square[i]) * root + a.epsilon);
  }
}

double multiply_add_burn(std::int64_t rounds, float* sink) {
  constexpr int chains = 12;  // more than latency * throughput of any machine, and they fit 16 registers
  Vector sum[chains];
  for (int i = 0; i < chains; ++i) sum[i] = Vector(sink[0] + float(i));
  const Vector factor(0.9999f), addend(sink[1]);
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < chains; ++i) sum[i] = sum[i] * factor + addend;
  }
  for (int i = 1; i < chains; ++i) sum[0] += sum[i];
  sink[2] = simd::reduce(sum[0]);
  return 2.0 * chains * lanes * double(rounds);
}

}  // namespace scrim::vector::SCRIM_LEVEL
