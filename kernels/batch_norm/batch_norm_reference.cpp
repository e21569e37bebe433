// Sums run in double, for f32 tensors too: a channel of a large batch has millions of elements.
#include <cmath>

#include "kernels/batch_norm/batch_norm.h"

namespace scrim::kernels {

void batch_norm_statistics_reference(ConstView x, View mean, View variance) {
  for_real_type(x.dtype, "batch_norm", [&]<class T>(T) {
    const std::int64_t channels = mean.shape[0], count = x.shape.numel() / channels;
    const T* in = x.as<T>();
    for (std::int64_t c = 0; c < channels; ++c) {
      double sum = 0, squares = 0;
      for (std::int64_t i = 0; i < count; ++i) sum += in[i * channels + c];
      const double center = sum / count;
      for (std::int64_t i = 0; i < count; ++i) {
        const double distance = in[i * channels + c] - center;
        squares += distance * distance;
      }
      mean.as<T>()[c] = T(center);
      variance.as<T>()[c] = T(squares / count);
    }
  });
}

void batch_norm_finish_reference(ConstView mean, ConstView variance, const BatchNormFinish& finish, View rstd,
                                 View running_mean, View running_variance, View batches) {
  for_real_type(mean.dtype, "batch_norm", [&]<class T>(T) {
    const auto follow = [&](View running, ConstView batch, double scale) {
      for (std::int64_t c = 0; running && c < running.shape[0]; ++c) {
        T& value = running.as<T>()[c];
        value = T((1 - finish.momentum) * double(value) + finish.momentum * scale * double(batch.as<T>()[c]));
      }
    };
    for (std::int64_t c = 0; c < rstd.shape[0]; ++c)
      rstd.as<T>()[c] = T(1 / std::sqrt(double(variance.as<T>()[c]) + finish.epsilon));
    follow(running_mean, mean, 1);
    follow(running_variance, variance, finish.unbiased);
  });
  if (batches) ++*batches.as<std::int64_t>();
}

void batch_norm_apply_reference(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias,
                                View y, bool relu) {
  for_real_type(x.dtype, "batch_norm", [&]<class T>(T) {
    const std::int64_t channels = mean.shape[0];
    const T* in = x.as<T>();
    T* out = y.as<T>();
    for (std::int64_t i = 0; i < x.shape.numel(); ++i) {
      const std::int64_t c = i % channels;
      const T value = (in[i] - mean.as<T>()[c]) * rstd.as<T>()[c] * weight.as<T>()[c] + bias.as<T>()[c];
      out[i] = relu && value < 0 ? T(0) : value;
    }
  });
}

void batch_norm_backward_reference(ConstView x, ConstView mean, ConstView rstd, ConstView weight,
                                   ConstView bias, ConstView gy, View gx, View gweight, View gbias, bool relu,
                                   bool fixed_statistics) {
  for_real_type(x.dtype, "batch_norm", [&]<class T>(T) {
    const std::int64_t channels = mean.shape[0], count = x.shape.numel() / channels;
    const T *in = x.as<T>(), *upstream = gy.as<T>();
    const T *center = mean.as<T>(), *inverse = rstd.as<T>(), *scale = weight.as<T>(), *shift = bias.as<T>();
    const auto normalized = [&](std::int64_t i, std::int64_t c) { return (in[i] - center[c]) * inverse[c]; };
    const auto gradient = [&](std::int64_t i, std::int64_t c) {
      return relu && !(normalized(i, c) * scale[c] + shift[c] > 0) ? T(0) : upstream[i];
    };
    for (std::int64_t c = 0; c < channels; ++c) {
      double sum = 0, sum_normalized = 0;
      for (std::int64_t i = c; i < x.shape.numel(); i += channels) {
        sum += gradient(i, c);
        sum_normalized += double(gradient(i, c)) * normalized(i, c);
      }
      gbias.as<T>()[c] = T(sum);
      gweight.as<T>()[c] = T(sum_normalized);
      for (std::int64_t i = c; i < x.shape.numel(); i += channels) {
        const double through_statistics =
            fixed_statistics ? 0 : sum / count + normalized(i, c) * sum_normalized / count;
        gx.as<T>()[i] = T(scale[c] * inverse[c] * (gradient(i, c) - through_statistics));
      }
    }
  });
}

}  // namespace scrim::kernels
