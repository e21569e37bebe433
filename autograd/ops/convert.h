// Between element types. A network in 16 bits (bf16 or f16) is one whose convolutions round their inputs and
// results; norms, relus, element-wise ops on two images of one type, joins, slices, max and mean pools take over the type that
// comes, and every other op widens it to f32.
#pragma once

#include "autograd/variable.h"

namespace scrim {

/// x as `dtype`, the gradient in x's own type. x itself where it has that type, and where it is undefined.
Variable convert(const Variable& x, DType dtype);

/// x in the type of a convolution's activations: product_type().
Variable for_product(const Variable& x);

/// x in f32 where it is of 16 bits, for ops that compute in f32 and f64 alone.
Variable widened(const Variable& x);

}  // namespace scrim
