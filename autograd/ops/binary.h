// Arithmetic with broadcasting and its gradients; rules in kernels/binary/binary.h.
#pragma once

#include "autograd/variable.h"

namespace scrim {

Variable add(const Variable& a, const Variable& b);
Variable subtract(const Variable& a, const Variable& b);
Variable multiply(const Variable& a, const Variable& b);
Variable divide(const Variable& a, const Variable& b);
Variable maximum(const Variable& a, const Variable& b);  ///< ties share the gradient
Variable scale(const Variable& x, double factor);        ///< factor * x

inline Variable operator+(const Variable& a, const Variable& b) {
  return add(a, b);
}
inline Variable operator-(const Variable& a, const Variable& b) {
  return subtract(a, b);
}
inline Variable operator*(const Variable& a, const Variable& b) {
  return multiply(a, b);
}
inline Variable operator/(const Variable& a, const Variable& b) {
  return divide(a, b);
}

}  // namespace scrim
