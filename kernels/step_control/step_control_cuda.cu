#include "kernels/step_control/step_control_rules.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

struct DecideStepKernel {
  StepDecision decision;
  __device__ void operator()(std::int64_t) const { decision.decide(); }
};

}  // namespace

void decide_step_cuda(const StepRules& rules, ConstView loss, ConstView finite, View scale, View good_steps,
                      View factor, View record) {
  cuda::for_each_element(
      record.device, 1,
      DecideStepKernel{StepDecision{rules, loss.on_device<float>(), finite.on_device<float>(),
                                    scale.on_device<float>(), good_steps.on_device<float>(),
                                    factor.on_device<float>(), record.on_device<float>()}});
}

}  // namespace scrim::kernels
