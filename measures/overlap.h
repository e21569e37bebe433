// How well a mask fits the true one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace scrim {

/// A mask of height x width pixels: what is not 0 belongs to it.
struct MaskView {
  const float* pixels;
  std::int64_t height, width, stride;  ///< stride: floats from pixel to pixel
  bool at(std::int64_t row, std::int64_t column) const {
    return pixels[(row * width + column) * stride] > 0.5f;
  }
};

/// 2 |A and B| / (|A| + |B|) (Dice, 1945); 1 when both are empty.
double dice(const MaskView& a, const MaskView& b);
/// Hausdorff distance of the masks' border pixels: the longest way from one to the nearest of the other,
/// pixels. Nothing when exactly one is empty; 0 when both are.
std::optional<double> hausdorff(const MaskView& a, const MaskView& b);

}  // namespace scrim
