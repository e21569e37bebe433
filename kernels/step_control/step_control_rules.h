// The decision, for the processor and the GPU.
#pragma once

#include "kernels/step_control/step_control.h"
#include "tensor/host_device.h"

namespace scrim::kernels {

struct StepDecision {
  StepRules rules;
  const float *loss, *finite;
  float *scale, *good_steps, *factor, *record;

  SCRIM_HOST_DEVICE void decide() const {
    const bool is_skipped = rules.has_limit() && double(*loss) > rules.skip_above;
    const bool is_finite = *finite != 0;
    const StepOutcome outcome = is_skipped  ? StepOutcome::skipped
                                : is_finite ? StepOutcome::taken
                                            : StepOutcome::not_finite;
    record[record_loss] = *loss;
    record[record_outcome] = float(int(outcome));
    record[record_scale] = *scale;
    *factor = outcome == StepOutcome::taken ? 1 / *scale : 0;
    if (rules.adapts_scale && !is_skipped) adapt(is_finite);
  }

 private:
  SCRIM_HOST_DEVICE void adapt(bool is_finite) const {
    *good_steps = is_finite ? *good_steps + 1 : 0;
    if (!is_finite && *scale > 1) *scale /= 2;
    if (*good_steps < float(scale_good_steps)) return;
    *good_steps = 0;
    if (*scale < scale_most) *scale *= 2;
  }
};

}  // namespace scrim::kernels
