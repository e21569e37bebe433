// The samples of one cell of a box, for the processor and the GPU; conventions in roi_align.h.
#pragma once

#include <cmath>

#include "kernels/roi_align/roi_align.h"
#include "tensor/host_device.h"

namespace scrim::kernels {

/// The two rows (or columns) that a sample at `at` lies between, and how much the second counts.
struct RoiBetween {
  std::int64_t low, high;
  double fraction;
};

SCRIM_HOST_DEVICE inline RoiBetween roi_between(double at, std::int64_t size) {
  if (at < 0) at = 0;
  const std::int64_t low = std::int64_t(at);
  if (low >= size - 1) return {size - 1, size - 1, 0};
  return {low, low + 1, at - double(low)};
}

/// Whether box[5] = (image, x1, y1, x2, y2) is finite, of bounded size, and names one of `images`.
template <class T>
SCRIM_HOST_DEVICE bool is_roi_box(const T* box, std::int64_t images) {
  constexpr double widest = 1 << 20;  // of pixels: bounds the samples of an adaptive box
  for (int i = 0; i < 5; ++i)
    if (!(std::abs(double(box[i])) <= widest)) return false;
  return box[0] >= 0 && box[0] < T(images) && box[0] == std::floor(box[0]);
}

/// Calls body(pixel of all images [N,H,W], weight) for every pixel that counts in cell (i, j) of the box.
template <class T, class Body>
SCRIM_HOST_DEVICE void for_each_roi_weight(std::int64_t height, std::int64_t width, const T* box,
                                           std::int64_t i, std::int64_t j, const RoiAlignOptions& o,
                                           Body&& body) {
  const std::int64_t image = std::int64_t(box[0]);
  const double left = double(box[1]) - 0.5, top = double(box[2]) - 0.5;
  const double cell_h = (double(box[4]) - 0.5 - top) / double(o.output_h),
               cell_w = (double(box[3]) - 0.5 - left) / double(o.output_w);
  const std::int64_t rows = o.sampling > 0 ? o.sampling : std::int64_t(std::ceil(cell_h));
  const std::int64_t columns = o.sampling > 0 ? o.sampling : std::int64_t(std::ceil(cell_w));
  const std::int64_t samples = rows * columns;
  const double share = 1 / double(samples > 1 ? samples : 1);
  for (std::int64_t a = 0; a < rows; ++a)
    for (std::int64_t b = 0; b < columns; ++b) {
      const double v = top + double(i) * cell_h + (double(a) + 0.5) * cell_h / double(rows);
      const double u = left + double(j) * cell_w + (double(b) + 0.5) * cell_w / double(columns);
      if (v < -1 || v > double(height) || u < -1 || u > double(width)) continue;
      const RoiBetween h = roi_between(v, height), w = roi_between(u, width);
      const std::int64_t low = (image * height + h.low) * width, high = (image * height + h.high) * width;
      body(low + w.low, share * (1 - h.fraction) * (1 - w.fraction));
      body(low + w.high, share * (1 - h.fraction) * w.fraction);
      body(high + w.low, share * h.fraction * (1 - w.fraction));
      body(high + w.high, share * h.fraction * w.fraction);
    }
}

}  // namespace scrim::kernels
