#include "kernels/unary/unary.h"

namespace scrim::kernels {

std::string_view name_of(UnaryFunction function) {
  switch (function) {
    case UnaryFunction::leaky_relu:
      return "leaky_relu";
    case UnaryFunction::sigmoid:
      return "sigmoid";
    case UnaryFunction::tanh:
      return "tanh";
    case UnaryFunction::exp:
      return "exp";
    case UnaryFunction::log:
      return "log";
    case UnaryFunction::abs:
      return "abs";
    case UnaryFunction::clamp:
      return "clamp";
    case UnaryFunction::negate:
      return "negate";
    case UnaryFunction::softplus:
      return "softplus";
    case UnaryFunction::sqrt:
      return "sqrt";
  }
  return "?";
}

bool derivative_uses_result(UnaryFunction function) {
  return function == UnaryFunction::sigmoid || function == UnaryFunction::tanh ||
         function == UnaryFunction::exp || function == UnaryFunction::sqrt;
}

void unary_forward(UnaryFunction function, ConstView x, View y, UnaryParameters parameters) {
  require_same_type(name_of(function), x, y);
  require_shape(name_of(function), "y", y, x.shape);
  dispatch(unary_forward_kernels, y, function, x, y, parameters);
}

void unary_backward(UnaryFunction function, ConstView kept, ConstView gy, View gx,
                    UnaryParameters parameters) {
  require_same_type(name_of(function), kept, gx);
  require_same_type(name_of(function), gy, gx);
  require_shape(name_of(function), "gy", gy, kept.shape);
  require_shape(name_of(function), "gx", gx, kept.shape);
  dispatch(unary_backward_kernels, gx, function, kept, gy, gx, parameters);
}

}  // namespace scrim::kernels
