#include "kernels/step_control/step_control.h"

namespace scrim::kernels {

void decide_step(const StepRules& rules, ConstView loss, ConstView finite, View scale, View good_steps,
                 View factor, View record) {
  require_same_type("step control", loss, record);
  require(loss.dtype == DType::f32, "step control", "the loss holds {}, expected f32", name_of(loss.dtype));
  for (const ConstView& number : {loss, finite, ConstView(scale), ConstView(good_steps), ConstView(factor)}) {
    require_same_type("step control", number, record);
    require(number.shape.numel() == 1, "step control", "{} came, expected one number", number.shape.str());
  }
  require_shape("step control", "the record", record, {record_fields});
  dispatch(step_control_kernels, record, rules, loss, finite, scale, good_steps, factor, record);
}

}  // namespace scrim::kernels
