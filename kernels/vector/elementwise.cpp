// Loops that move memory more than they compute.
#include <type_traits>

#include "kernels/vector/level.h"

namespace scrim::vector::SCRIM_LEVEL {

void relu(const float* x, float* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) y[i] = x[i] < 0 ? 0 : x[i];
}

void relu_backward(const float* y, const float* gy, float* gx, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) gx[i] = y[i] > 0 ? gy[i] : y[i] == 0 ? 0 : y[i];
}

namespace {

/// Calls body(first channel, tag) for runs of channels: whole registers first, then half ones, then single
/// channels. The tag is a value of the type to compute with, so that one body serves all.
template <class Body>
[[gnu::always_inline]] inline void for_channels(std::int64_t channels, Body&& body) {
  std::int64_t c = 0;
  for (; c + lanes <= channels; c += lanes) body(c, Vector{});
  if constexpr (Narrow::size() < Vector::size())
    for (; c + std::int64_t(Narrow::size()) <= channels; c += Narrow::size()) body(c, Narrow{});
  for (; c < channels; ++c) body(c, float{});
}

template <class T>
[[gnu::always_inline]] inline T load(const float* from) {
  if constexpr (std::is_same_v<T, float>)
    return *from;
  else
    return T(from, simd::element_aligned);
}
template <class T>
[[gnu::always_inline]] inline void store(const T& value, float* to) {
  if constexpr (std::is_same_v<T, float>)
    *to = value;
  else
    value.copy_to(to, simd::element_aligned);
}
/// value where `keep` is above zero, else 0.
template <class T>
[[gnu::always_inline]] inline T where_positive(const T& keep, T value) {
  if constexpr (std::is_same_v<T, float>) {
    return keep > 0 ? value : 0;
  } else {
    where(!(keep > 0), value) = 0;
    return value;
  }
}
/// x, and 0 where x is below zero; NaN stays.
template <class T>
[[gnu::always_inline]] inline T not_negative(T x) {
  if constexpr (std::is_same_v<T, float>) {
    return x < 0 ? 0 : x;
  } else {
    where(x < 0, x) = 0;
    return x;
  }
}

}  // namespace

// The loops below take a register's channels down all rows of a block that lies in the first-level cache:
// per-channel coefficients and sums stay in registers.

void affine(const Affine& a, const float* x, float* y, std::int64_t rows) {
  for_channels(a.channels, [&]<class T>(std::int64_t c, T) {
    const T mean = load<T>(a.mean + c), scale = load<T>(a.scale + c), bias = load<T>(a.bias + c);
    for (std::int64_t i = c; i < rows * a.channels; i += a.channels) {
      const T value = (load<T>(x + i) - mean) * scale + bias;
      store(a.relu ? not_negative(value) : value, y + i);
    }
  });
}

void column_sums(const float* x, std::int64_t rows, std::int64_t channels, float* sums) {
  for_channels(channels, [&]<class T>(std::int64_t c, T) {
    T even = 0, odd = 0;  // two chains: an addition takes several cycles
    std::int64_t row = 0;
    for (; row + 1 < rows; row += 2) {
      even += load<T>(x + row * channels + c);
      odd += load<T>(x + (row + 1) * channels + c);
    }
    if (row < rows) even += load<T>(x + row * channels + c);
    store<T>(even + odd, sums + c);
  });
}

void column_squares(const float* x, const float* mean, std::int64_t rows, std::int64_t channels,
                    float* squares) {
  for_channels(channels, [&]<class T>(std::int64_t c, T) {
    const T center = load<T>(mean + c);
    T even = 0, odd = 0;
    std::int64_t row = 0;
    for (; row + 1 < rows; row += 2) {
      const T first = load<T>(x + row * channels + c) - center,
              second = load<T>(x + (row + 1) * channels + c) - center;
      even += first * first;
      odd += second * second;
    }
    if (row < rows) {
      const T last = load<T>(x + row * channels + c) - center;
      even += last * last;
    }
    store<T>(even + odd, squares + c);
  });
}

void norm_backward_sums(const NormBackward& a, const float* x, const float* gy, std::int64_t rows,
                        float* sums, float* products) {
  for_channels(a.channels, [&]<class T>(std::int64_t c, T) {
    const T mean = load<T>(a.mean + c), scale = load<T>(a.scale + c), bias = load<T>(a.bias + c);
    T sum = 0, product = 0;
    for (std::int64_t i = c; i < rows * a.channels; i += a.channels) {
      const T value = load<T>(x + i);
      T g = load<T>(gy + i);
      if (a.relu) g = where_positive<T>((value - mean) * scale + bias, g);
      sum += g;
      product += g * (value - mean);
    }
    store<T>(sum, sums + c);
    store<T>(product * load<T>(a.rstd + c), products + c);
  });
}

void norm_backward_apply(const NormBackward& a, const float* x, const float* gy, const float* mean_g,
                         const float* mean_gx, float* gx, std::int64_t rows) {
  for_channels(a.channels, [&]<class T>(std::int64_t c, T) {
    const T mean = load<T>(a.mean + c), scale = load<T>(a.scale + c), bias = load<T>(a.bias + c);
    const T average = load<T>(mean_g + c), slope = load<T>(a.rstd + c) * load<T>(mean_gx + c);
    for (std::int64_t i = c; i < rows * a.channels; i += a.channels) {
      const T value = load<T>(x + i);
      T g = load<T>(gy + i);
      if (a.relu) g = where_positive<T>((value - mean) * scale + bias, g);
      store<T>(scale * (g - average - (value - mean) * slope), gx + i);
    }
  });
}

void max_window(const MaxWindow& a) {
  for_channels(a.channels, [&]<class T>(std::int64_t c, T) {
    T best = load<T>(a.inputs[0] + c), cell(a.cells[0]);
    for (int k = 1; k < a.count; ++k) {
      const T value = load<T>(a.inputs[k] + c);
      // A number beats a smaller one; NaN beats every number, and nothing beats NaN.
      if constexpr (std::is_same_v<T, float>) {
        if (best == best && !(value <= best)) best = value, cell = a.cells[k];
      } else {
        const auto wins = best == best && !(value <= best);
        where(wins, best) = value;
        where(wins, cell) = T(a.cells[k]);
      }
    }
    store<T>(best, a.out + c);
    if (!a.from) return;
    if constexpr (std::is_same_v<T, float>) {
      a.from[c] = static_cast<std::uint8_t>(cell);
    } else {
      alignas(64) float cells[T::size()];
      cell.copy_to(cells, simd::vector_aligned);
      for (std::size_t i = 0; i < T::size(); ++i)
        a.from[c + std::int64_t(i)] = static_cast<std::uint8_t>(cells[i]);
    }
  });
}

void dot_rows(const float* x, const float* rows, std::int64_t count, std::int64_t length, float* out) {
  for (std::int64_t r = 0; r < count; ++r, rows += length) {
    Vector sum[4] = {0, 0, 0, 0};
    std::int64_t i = 0;
    for (; i + 4 * lanes <= length; i += 4 * lanes)
      for (int v = 0; v < 4; ++v)
        sum[v] += Vector(x + i + v * lanes, simd::element_aligned) *
                  Vector(rows + i + v * lanes, simd::element_aligned);
    float total = simd::reduce((sum[0] + sum[1]) + (sum[2] + sum[3]));
    for (; i < length; ++i) total += x[i] * rows[i];
    out[r] = total;
  }
}

void row_products(const float* a, std::int64_t a_step, const float* b, std::int64_t b_step, std::int64_t rows,
                  std::int64_t columns, float* sums) {
  for_channels(columns, [&](std::int64_t c, auto tag) {
    decltype(tag) sum = load<decltype(tag)>(a + c) * load<decltype(tag)>(b + c);
    for (std::int64_t r = 1; r < rows; ++r)
      sum += load<decltype(tag)>(a + r * a_step + c) * load<decltype(tag)>(b + r * b_step + c);
    store(sum, sums + c);
  });
}

void adam(const AdamStep& a, const float* __restrict gradient, float* __restrict parameter,
          float* __restrict mean, float* __restrict square, std::int64_t count) {
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
