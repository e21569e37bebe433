// Films cut into square patches for the sparse coder, and back.
#pragma once

#include "tensor/tensor.h"

namespace scrim {

/// film[1,H,W,1] in [0,1] as patches [n,P,P,1], its border mirrored where P does not divide a side; and films
/// [1,H,W,1] back from them. Sides above P/2: a mirror is no longer than what it mirrors.
Tensor patches_of_film(const Tensor& film, std::int64_t patch_size);
Tensor film_of_patches(const Tensor& patches, std::int64_t height, std::int64_t width);
/// Some of the patches of a tensor [n,...], in this order.
Tensor chosen_patches(const Tensor& x, const std::vector<std::int64_t>& patches);

}  // namespace scrim
