// Losses with their gradients; formulas in kernels/loss/loss.h. All give a scalar.
#pragma once

#include "autograd/variable.h"
#include "kernels/loss/loss.h"

namespace scrim {

Variable mse(const Variable& x, const Variable& target, kernels::Reduction = kernels::Reduction::mean);
/// x: probabilities in [0,1]. The target gets no gradient; nor does it in bce_with_logits.
Variable bce(const Variable& x, const Variable& target, kernels::Reduction = kernels::Reduction::mean);
Variable bce_with_logits(const Variable& x, const Variable& target,
                         kernels::Reduction = kernels::Reduction::mean);

}  // namespace scrim
