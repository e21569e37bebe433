// permute with its gradient, and what is made of it: the patches of an image.
#pragma once

#include <vector>

#include "autograd/variable.h"

namespace scrim {

/// y's axis i is x's axis order[i].
Variable permute(const Variable& x, const std::vector<int>& order);

/// x[N,H,W,C] cut into patches [N*R*Q, patch, patch, C], row by row, image by image; R = ceil(H/patch),
/// Q = ceil(W/patch). Sides that do not divide are first mirrored at the bottom and the right
/// (kernels/pad/pad.h).
Variable patches_from_images(const Variable& x, std::int64_t patch);
/// The inverse: patches [N*R*Q, P, P, C] to images [N, height, width, C]; what was mirrored is cut off.
Variable images_from_patches(const Variable& patches, std::int64_t height, std::int64_t width);

}  // namespace scrim
