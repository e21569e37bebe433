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
/// The 95 % Hausdorff distance of the masks' border pixels, pixels: 95 % of the pixels of either border have the other within it
/// (the larger of both directions; Huttenlocher et al., IEEE TPAMI 1993; as Maier-Hein et al., "Metrics reloaded", Nature Methods
/// 2024). Nothing when exactly one is empty; 0 when both are.
/// `pixel`: height and width of a pixel, for distances in another unit.
struct PixelSize {
  double height = 1, width = 1;
};
std::optional<double> hausdorff_95(const MaskView& a, const MaskView& b, PixelSize pixel = {});

}  // namespace scrim
