#include "kernels/batch_norm/batch_norm.h"

namespace scrim::kernels {
namespace {

Shape channel_shape(const ConstView& x) {
  require(x.shape.rank() >= 2, "batch_norm", "x has the shape {}, expected [..,C]", x.shape.str());
  require(x.shape.numel() > 0, "batch_norm", "x {} is empty", x.shape.str());
  return {x.shape[x.shape.rank() - 1]};
}

void require_channels(const ConstView& x, std::initializer_list<ConstView> per_channel) {
  const Shape expected = channel_shape(x);
  for (const ConstView& view : per_channel) {
    require_wide_type("batch_norm", view, x);
    require_shape("batch_norm", "a per-channel tensor", view, expected);
  }
}

void backward(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias, ConstView gy,
              View gx, View gweight, View gbias, bool relu, bool fixed_statistics) {
  require_channels(x, {mean, rstd, weight, bias, gweight, gbias});
  require_same_type("batch_norm", gy, x);
  require_same_type("batch_norm", gx, x);
  require_shape("batch_norm", "gy", gy, x.shape);
  require_shape("batch_norm", "gx", gx, x.shape);
  dispatch(batch_norm_backward_kernels, gx, x, mean, rstd, weight, bias, gy, gx, gweight, gbias, relu,
           fixed_statistics);
}

}  // namespace

void batch_norm_statistics(ConstView x, View mean, View variance) {
  require_channels(x, {mean, variance});
  dispatch(batch_norm_statistics_kernels, mean, x, mean, variance);
}

void batch_norm_finish(ConstView mean, ConstView variance, const BatchNormFinish& finish, View rstd,
                       View running_mean, View running_variance, View batches) {
  for (const ConstView& view :
       {variance, ConstView(rstd), ConstView(running_mean), ConstView(running_variance)}) {
    if (!view) continue;
    require_same_type("batch_norm", view, mean);
    require_shape("batch_norm", "a per-channel tensor", view, mean.shape);
  }
  require(!batches ||
              (batches.dtype == DType::i64 && batches.shape.numel() == 1 && batches.device == mean.device),
          "batch_norm", "the count of batches is {} {} on {}, expected one i64 on {}", name_of(batches.dtype),
          batches.shape.str(), name_of(batches.device), name_of(mean.device));
  dispatch(batch_norm_finish_kernels, rstd, mean, variance, finish, rstd, running_mean, running_variance,
           batches);
}

void batch_norm_apply(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias, View y,
                      bool relu) {
  require_channels(x, {mean, rstd, weight, bias});
  require_same_type("batch_norm", x, y);
  require_shape("batch_norm", "y", y, x.shape);
  dispatch(batch_norm_apply_kernels, y, x, mean, rstd, weight, bias, y, relu);
}

void batch_norm_backward(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias,
                         ConstView gy, View gx, View gweight, View gbias, bool relu) {
  backward(x, mean, rstd, weight, bias, gy, gx, gweight, gbias, relu, false);
}

void batch_norm_backward_fixed(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias,
                               ConstView gy, View gx, View gweight, View gbias, bool relu) {
  backward(x, mean, rstd, weight, bias, gy, gx, gweight, gbias, relu, true);
}

}  // namespace scrim::kernels
