// From landmarks along contours to masks of organs.
#pragma once

#include <vector>

#include "tensor/tensor.h"

namespace scrim {

/// landmarks[N,nodes,2] = (x, y) in units of the image's sides, organs: how many landmarks each organ has, in
/// their order. The masks [N,H,W,organs] (f32): 1 where the center of a pixel lies inside the organ's closed
/// polygon by the even-odd rule, else 0. A polygon may leave the image. Throws Error when the counts do not
/// fit or a coordinate is not finite.
Tensor organ_masks(const Tensor& landmarks, const std::vector<std::int64_t>& organs, std::int64_t height,
                   std::int64_t width);

}  // namespace scrim
