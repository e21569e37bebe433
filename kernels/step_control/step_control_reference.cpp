#include "kernels/step_control/step_control_rules.h"

namespace scrim::kernels {

void decide_step_reference(const StepRules& rules, ConstView loss, ConstView finite, View scale,
                           View good_steps, View factor, View record) {
  StepDecision{rules,
               loss.as<float>(),
               finite.as<float>(),
               scale.as<float>(),
               good_steps.as<float>(),
               factor.as<float>(),
               record.as<float>()}
      .decide();
}

}  // namespace scrim::kernels
