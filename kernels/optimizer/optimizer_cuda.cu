#include "kernels/cuda/many_tensors.h"
#include "kernels/optimizer/optimizer_rules.h"

namespace scrim::kernels {
namespace {

struct AdvanceClockKernel {
  double beta1, beta2;
  const float* factor;
  double* clock;
  __device__ void operator()(std::int64_t) const {
    if (!factor || *factor != 0) advance(beta1, beta2, clock);
  }
};

template <class T>
struct AdamEntry {
  const T* gradient;
  T *parameter, *mean, *square;
  std::int64_t elements;
  __device__ void update(const AdamRule& rule, const double* clock, T scaled, std::int64_t i) const {
    rule.update(clock, scaled, parameter[i], mean[i], square[i]);
  }
};

template <class T>
struct SgdEntry {
  const T* gradient;
  T *parameter, *buffer;
  std::int64_t elements;
  __device__ void update(const SgdRule& rule, const double* clock, T scaled, std::int64_t i) const {
    rule.update(clock, scaled, parameter[i], buffer ? buffer + i : nullptr);
  }
};

template <class T, class Rule>
struct StepOp {
  Rule rule;
  const double* clock;
  const float* factor;
  template <class Entry>
  __device__ void operator()(const Entry& entry, std::int64_t i) const {
    const float times = factor ? *factor : 1.0f;
    if (times != 0) entry.update(rule, clock, entry.gradient[i] * T(times), i);
  }
};

const float* address_of(ConstView factor) {
  return factor ? factor.on_device<float>() : nullptr;
}

}  // namespace

void advance_clock_cuda(double beta1, double beta2, ConstView factor, View clock) {
  cuda::for_each_element(clock.device, 1,
                         AdvanceClockKernel{beta1, beta2, address_of(factor), clock.on_device<double>()});
}

void adam_step_cuda(const AdamOptions& options, const std::vector<AdamTensors>& tensors, ConstView clock,
                    ConstView factor) {
  for_real_type(tensors[0].parameter.dtype, "adam", [&]<class T>(T) {
    std::vector<AdamEntry<T>> entries;
    for (const AdamTensors& t : tensors)
      entries.push_back({t.gradient.on_device<T>(), t.parameter.on_device<T>(), t.mean.on_device<T>(),
                         t.square.on_device<T>(), t.parameter.shape.numel()});
    for_each_element_of(clock.device, entries,
                        StepOp<T, AdamRule>{{options}, clock.on_device<double>(), address_of(factor)});
  });
}

void sgd_step_cuda(const SgdOptions& options, const std::vector<SgdTensors>& tensors, ConstView clock,
                   ConstView factor) {
  for_real_type(tensors[0].parameter.dtype, "sgd", [&]<class T>(T) {
    std::vector<SgdEntry<T>> entries;
    for (const SgdTensors& t : tensors)
      entries.push_back({t.gradient.on_device<T>(), t.parameter.on_device<T>(),
                         options.momentum != 0 ? t.buffer.on_device<T>() : nullptr,
                         t.parameter.shape.numel()});
    for_each_element_of(clock.device, entries,
                        StepOp<T, SgdRule>{{options}, clock.on_device<double>(), address_of(factor)});
  });
}

}  // namespace scrim::kernels
