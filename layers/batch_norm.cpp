#include "layers/batch_norm.h"

namespace scrim {

BatchNorm2d::BatchNorm2d(std::int64_t channels, const Place& place, RunningStatistics running)
    : Callable(place),
      weight(Variable::parameter(Tensor::full({channels}, 1))),
      bias(Variable::parameter(Tensor::zeros({channels}))) {
  add_parameter("weight", weight);
  add_parameter("bias", bias);
  if (running == RunningStatistics::none) return;
  running_mean = Tensor::zeros({channels});
  running_var = Tensor::full({channels}, 1);
  num_batches_tracked = Tensor::zeros({}, DType::i64);
  add_buffer("running_mean", running_mean);
  add_buffer("running_var", running_var);
  add_buffer("num_batches_tracked", num_batches_tracked);
}

Variable BatchNorm2d::forward(const Variable& x, bool relu) {
  const bool kept = has_running_statistics();
  const auto statistics = is_training() || !kept ? NormStatistics::batch : NormStatistics::running;
  return batch_norm(x, weight, bias, kept ? &running_mean : nullptr, kept ? &running_var : nullptr,
                    {.statistics = statistics,
                     .epsilon = epsilon,
                     .momentum = momentum,
                     .relu = relu,
                     .remake_input = remake_input},
                    kept ? &num_batches_tracked : nullptr);
}

}  // namespace scrim
