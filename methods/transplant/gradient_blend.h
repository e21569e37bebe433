// Gradient-domain blending: a part of one picture stands in another one without a seam. Pérez, Gangnet, Blake, "Poisson Image
// Editing", ACM Transactions on Graphics 22, 2003: inside, the gradients are the part's; at the rim, the values are the other
// picture's. So inside = part + c, where c is harmonic (its Laplacian is 0) and equals other - part at the rim.
#pragma once

#include "tensor/tensor.h"

namespace scrim {

/// values[1,H,W,1] f32, made harmonic where inside[1,H,W,1] > 0.5, from what stands around: each pixel is the mean of its four
/// neighbors; the film's edge lets nothing through. Elsewhere values stay as they are. With nothing around, 0 inside. Multigrid:
/// work grows with the number of pixels.
Tensor harmonic_inside(const Tensor& values, const Tensor& inside);

/// `other`, with `part` where `inside`; all [1,H,W,1].
Tensor gradient_blend(const Tensor& part, const Tensor& other, const Tensor& inside);

}  // namespace scrim
