// The loops of softmax.h over a range of lines.
#pragma once

#include <algorithm>
#include <cmath>

#include "kernels/axis_lines.h"
#include "kernels/softmax/softmax.h"

namespace scrim::kernels {

template <class T>
void softmax_forward_lines(ConstView x, View y, int axis, SoftmaxResult result, std::int64_t begin,
                           std::int64_t end) {
  const AxisLines lines("softmax", x.shape, axis);
  for (std::int64_t line = begin; line < end; ++line) {
    const T* in = x.as<T>() + lines.first(line);
    T* out = y.as<T>() + lines.first(line);
    T largest = in[0];
    for (std::int64_t k = 1; k < lines.size; ++k) largest = std::max(largest, in[k * lines.inner]);
    double total = 0;
    for (std::int64_t k = 0; k < lines.size; ++k) total += std::exp(double(in[k * lines.inner]) - largest);
    const double log_total = std::log(total);
    for (std::int64_t k = 0; k < lines.size; ++k) {
      const double shifted = double(in[k * lines.inner]) - largest;
      out[k * lines.inner] =
          T(result == SoftmaxResult::probability ? std::exp(shifted) / total : shifted - log_total);
    }
  }
}

template <class T>
void softmax_backward_lines(ConstView y, ConstView gy, View gx, int axis, SoftmaxResult result,
                            std::int64_t begin, std::int64_t end) {
  const AxisLines lines("softmax", y.shape, axis);
  const bool probability = result == SoftmaxResult::probability;
  for (std::int64_t line = begin; line < end; ++line) {
    const T *value = y.as<T>() + lines.first(line), *g = gy.as<T>() + lines.first(line);
    T* out = gx.as<T>() + lines.first(line);
    double total = 0;
    for (std::int64_t k = 0; k < lines.size; ++k)
      total += double(g[k * lines.inner]) * (probability ? double(value[k * lines.inner]) : 1.0);
    for (std::int64_t k = 0; k < lines.size; ++k) {
      const double v = value[k * lines.inner], up = g[k * lines.inner];
      out[k * lines.inner] = T(probability ? v * (up - total) : up - std::exp(v) * total);
    }
  }
}

}  // namespace scrim::kernels
