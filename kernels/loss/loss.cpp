#include "kernels/loss/loss.h"

namespace scrim::kernels {
namespace {

void require_fit(LossFunction function, const ConstView& x, const ConstView& target, const ConstView& one) {
  require_same_type(name_of(function), x, one);
  require_same_type(name_of(function), target, one);
  require_shape(name_of(function), "the target", target, x.shape);
  require(x.shape.numel() > 0, name_of(function), "the prediction {} is empty", x.shape.str());
  require(one.shape.numel() == 1, name_of(function), "the loss has the shape {}, expected one element",
          one.shape.str());
}

}  // namespace

std::string_view name_of(LossFunction function) {
  switch (function) {
    case LossFunction::mse:
      return "mse";
    case LossFunction::bce:
      return "bce";
    case LossFunction::bce_with_logits:
      return "bce_with_logits";
  }
  return "?";
}

void loss_forward(LossFunction function, ConstView x, ConstView target, View y, Reduction reduction) {
  require_fit(function, x, target, y);
  dispatch(loss_forward_kernels, y, function, x, target, y, reduction);
}

void loss_backward(LossFunction function, ConstView x, ConstView target, ConstView gy, View gx,
                   Reduction reduction) {
  require_fit(function, x, target, gy);
  require_shape(name_of(function), "gx", gx, x.shape);
  dispatch(loss_backward_kernels, gx, function, x, target, gy, gx, reduction);
}

}  // namespace scrim::kernels
