// What a training step decides by its own numbers: whether it counts, and the next scale of the loss. On a GPU these numbers
// stay there. The processor continues with the next step and reads the records later.
#pragma once

#include "kernels/dispatch.h"
#include "tensor/host_device.h"

namespace scrim::kernels {

enum class StepOutcome : int {
  taken,
  not_finite,  ///< the loss or a gradient is NaN or infinite; the weights stay as they are
  skipped,     ///< the loss is above the limit; the weights stay as they are
};

/// What a step leaves to be read: f32[3], the loss, the outcome and the scale that the loss had.
enum RecordField { record_loss, record_outcome, record_scale, record_fields };

struct StepRules {
  static constexpr double no_limit = 1e308;
  /// A loss above it is left out, infinity too; without a limit infinity is not finite.
  double skip_above = no_limit;
  bool adapts_scale = false;
  SCRIM_HOST_DEVICE bool has_limit() const { return skip_above < no_limit; }
};

/// Dynamic loss scaling (Micikevicius et al., "Mixed Precision Training", 2018, section 3.2): a step that is not finite
/// halves the scale, at least to 1; `scale_good_steps` good ones in a row double it, at most to `scale_most`.
inline constexpr float scale_at_first = 65536, scale_most = 16777216;
inline constexpr int scale_good_steps = 2000;

/// From a loss and whether it and all gradients are finite (1 or 0): the factor for the gradients, 1 / scale or 0, and the
/// record. scale and good_steps are moved on. All f32, one element each, but for the record.
void decide_step(const StepRules& rules, ConstView loss, ConstView finite, View scale, View good_steps,
                 View factor, View record);

using DecideStep = void(const StepRules&, ConstView loss, ConstView finite, View scale, View good_steps,
                        View factor, View record);
DecideStep decide_step_reference, decide_step_cuda;

inline constexpr KernelTable<DecideStep> step_control_kernels{"step control", decide_step_reference, nullptr,
                                                              cuda_cell(decide_step_cuda)};

}  // namespace scrim::kernels
