// Elementwise functions with their gradients; formulas in kernels/unary/unary.h.
#pragma once

#include "autograd/variable.h"

namespace scrim {

Variable leaky_relu(const Variable& x, double slope = 0.01);
Variable sigmoid(const Variable& x);
Variable tanh(const Variable& x);
Variable exp(const Variable& x);
Variable log(const Variable& x);
Variable abs(const Variable& x);
Variable clamp(const Variable& x, double low, double high);
Variable negate(const Variable& x);
Variable softplus(const Variable& x);
Variable sqrt(const Variable& x);

}  // namespace scrim
