// Our own kernels and not cuDNN's: the relu that stands behind nearly every norm is part of the pass in either
// direction, for every type, and statistics stand apart from the application, as a graph that remakes its norms needs.
#include "kernels/batch_norm/batch_norm.h"
#include "kernels/cuda/column_join.h"

namespace scrim::kernels {
namespace {

/// Joined as by Chan, Golub, LeVeque, "Updating formulae ... sample variances", 1979.
template <class T>
struct BatchNormStatisticsOp {
  struct Partial {
    double count, mean, squares;
  };
  using W = Wide<T>;
  const T* x;
  std::int64_t columns;
  W *mean, *variance;

  __device__ Partial empty() const { return {0, 0, 0}; }
  __device__ Partial over(std::int64_t first, std::int64_t last, std::int64_t step,
                          std::int64_t column) const {
    if (first >= last) return empty();
    const W count = W((last - first + step - 1) / step);
    W sum = 0, squares = 0;
    for (std::int64_t row = first; row < last; row += step) sum += x[row * columns + column];
    const W center = sum / count;
    for (std::int64_t row = first; row < last; row += step) {
      const W distance = x[row * columns + column] - center;
      squares += distance * distance;
    }
    return {double(count), double(center), double(squares)};
  }
  __device__ Partial join(const Partial& a, const Partial& b) const {
    if (b.count == 0) return a;
    const double count = a.count + b.count, distance = b.mean - a.mean;
    return {count, a.mean + distance * b.count / count,
            a.squares + b.squares + distance * distance * a.count * b.count / count};
  }
  __device__ void finish(std::int64_t column, const Partial& all) const {
    mean[column] = W(all.mean);
    variance[column] = W(all.squares / all.count);
  }
};

/// The channels' parameters, for values of their own type W.
template <class W>
struct Channels {
  const W *mean, *rstd, *weight, *bias;
  bool relu;
  __device__ W normalized(W x, std::int64_t c) const { return (x - mean[c]) * rstd[c]; }
  __device__ W shown(W x, std::int64_t c) const { return normalized(x, c) * weight[c] + bias[c]; }
  __device__ W gradient(W x, W gy, std::int64_t c) const { return relu && !(shown(x, c) > 0) ? W(0) : gy; }
};

template <class T>
struct BatchNormApplyKernel {
  Channels<Wide<T>> channels;
  const T* x;
  T* y;
  std::int64_t columns;
  __device__ void operator()(std::int64_t i) const {
    const Wide<T> value = channels.shown(x[i], i % columns);
    y[i] = T(channels.relu && value < 0 ? 0 : value);
  }
};

template <class T>
struct BatchNormGradientOp {
  struct Partial {
    double g, g_normalized;
  };
  Channels<Wide<T>> channels;
  using W = Wide<T>;
  const T *x, *gy;
  std::int64_t columns;
  W *gweight, *gbias;

  __device__ Partial empty() const { return {0, 0}; }
  __device__ Partial over(std::int64_t first, std::int64_t last, std::int64_t step,
                          std::int64_t column) const {
    W sum = 0, moment = 0;
    for (std::int64_t row = first; row < last; row += step) {
      const std::int64_t i = row * columns + column;
      const W g = channels.gradient(x[i], gy[i], column);
      sum += g;
      moment += g * channels.normalized(x[i], column);
    }
    return {double(sum), double(moment)};
  }
  __device__ Partial join(const Partial& a, const Partial& b) const {
    return {a.g + b.g, a.g_normalized + b.g_normalized};
  }
  __device__ void finish(std::int64_t column, const Partial& all) const {
    gbias[column] = W(all.g);
    gweight[column] = W(all.g_normalized);
  }
};

template <class T>
struct BatchNormInputKernel {
  Channels<Wide<T>> channels;
  using W = Wide<T>;
  const T *x, *gy;
  const W *gweight, *gbias;
  T* gx;
  std::int64_t columns;
  W share;  ///< 1 / rows; 0 for fixed statistics
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t c = i % columns;
    const W through_statistics = (gbias[c] + channels.normalized(x[i], c) * gweight[c]) * share;
    gx[i] =
        T(channels.weight[c] * channels.rstd[c] * (channels.gradient(x[i], gy[i], c) - through_statistics));
  }
};

template <class T>
struct BatchNormFinishKernel {
  const T *mean, *variance;
  T *rstd, *running_mean, *running_variance;
  double epsilon, momentum, unbiased;
  std::int64_t* batches;
  __device__ void operator()(std::int64_t c) const {
    if (c == 0 && batches) ++*batches;
    rstd[c] = T(1 / sqrt(double(variance[c]) + epsilon));
    if (!running_mean) return;
    running_mean[c] = T((1 - momentum) * double(running_mean[c]) + momentum * double(mean[c]));
    running_variance[c] =
        T((1 - momentum) * double(running_variance[c]) + momentum * unbiased * double(variance[c]));
  }
};

}  // namespace

void batch_norm_statistics_cuda(ConstView x, View mean, View variance) {
  for_floating_type(x.dtype, "batch_norm", [&]<class T>(T) {
    const std::int64_t columns = mean.shape[0];
    join_columns_of(x.device, x.shape.numel() / columns, columns,
                    BatchNormStatisticsOp<T>{x.on_device<T>(), columns, mean.on_device<Wide<T>>(),
                                             variance.on_device<Wide<T>>()});
  });
}

void batch_norm_finish_cuda(ConstView mean, ConstView variance, const BatchNormFinish& finish, View rstd,
                            View running_mean, View running_variance, View batches) {
  for_real_type(mean.dtype, "batch_norm", [&]<class T>(T) {
    cuda::for_each_element(
        rstd.device, rstd.shape.numel(),
        BatchNormFinishKernel<T>{mean.on_device<T>(), variance.on_device<T>(), rstd.on_device<T>(),
                                 running_mean ? running_mean.on_device<T>() : nullptr,
                                 running_variance ? running_variance.on_device<T>() : nullptr, finish.epsilon,
                                 finish.momentum, finish.unbiased,
                                 batches ? batches.on_device<std::int64_t>() : nullptr});
  });
}

void batch_norm_apply_cuda(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias,
                           View y, bool relu) {
  for_floating_type(x.dtype, "batch_norm", [&]<class T>(T) {
    using W = Wide<T>;
    const Channels<W> channels{mean.on_device<W>(), rstd.on_device<W>(), weight.on_device<W>(),
                               bias.on_device<W>(), relu};
    cuda::for_each_element(
        y.device, y.shape.numel(),
        BatchNormApplyKernel<T>{channels, x.on_device<T>(), y.on_device<T>(), mean.shape[0]});
  });
}

void batch_norm_backward_cuda(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias,
                              ConstView gy, View gx, View gweight, View gbias, bool relu,
                              bool fixed_statistics) {
  for_floating_type(x.dtype, "batch_norm", [&]<class T>(T) {
    using W = Wide<T>;
    const std::int64_t columns = mean.shape[0], rows = x.shape.numel() / columns;
    const Channels<W> channels{mean.on_device<W>(), rstd.on_device<W>(), weight.on_device<W>(),
                               bias.on_device<W>(), relu};
    const T *in = x.on_device<T>(), *upstream = gy.on_device<T>();
    W *to_weight = gweight.on_device<W>(), *to_bias = gbias.on_device<W>();
    join_columns_of(x.device, rows, columns,
                    BatchNormGradientOp<T>{channels, in, upstream, columns, to_weight, to_bias});
    cuda::for_each_element(
        gx.device, gx.shape.numel(),
        BatchNormInputKernel<T>{channels, in, upstream, to_weight, to_bias, gx.on_device<T>(), columns,
                                fixed_statistics ? W(0) : W(1 / double(rows))});
  });
}

}  // namespace scrim::kernels
