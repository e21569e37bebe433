#include <algorithm>

#include "kernels/roi_align/roi_align_cells.h"

namespace scrim::kernels {
namespace {

/// Calls body(cell of y, pixel of x, weight) for every pixel that counts in a cell.
template <class T, class Body>
void for_each_weight(const Shape& x, ConstView boxes, const RoiAlignOptions& o, Body&& body) {
  std::int64_t cell = 0;
  for (std::int64_t r = 0; r < boxes.shape[0]; ++r)
    for (std::int64_t i = 0; i < o.output_h; ++i)
      for (std::int64_t j = 0; j < o.output_w; ++j, ++cell)
        for_each_roi_weight(x[1], x[2], boxes.as<T>() + 5 * r, i, j, o,
                            [&](std::int64_t pixel, double weight) { body(cell, pixel, weight); });
}

}  // namespace

void roi_align_forward_reference(ConstView x, ConstView boxes, View y, const RoiAlignOptions& options) {
  for_real_type(x.dtype, "roi_align", [&]<class T>(T) {
    const std::int64_t channels = x.shape[3];
    std::fill_n(y.as<T>(), y.shape.numel(), T(0));
    for_each_weight<T>(x.shape, boxes, options, [&](std::int64_t cell, std::int64_t pixel, double weight) {
      const T* from = x.as<T>() + pixel * channels;
      T* to = y.as<T>() + cell * channels;
      for (std::int64_t c = 0; c < channels; ++c) to[c] += T(weight * from[c]);
    });
  });
}

void roi_align_backward_reference(ConstView boxes, ConstView gy, View gx, const RoiAlignOptions& options) {
  for_real_type(gx.dtype, "roi_align", [&]<class T>(T) {
    const std::int64_t channels = gx.shape[3];
    std::fill_n(gx.as<T>(), gx.shape.numel(), T(0));
    for_each_weight<T>(gx.shape, boxes, options, [&](std::int64_t cell, std::int64_t pixel, double weight) {
      const T* from = gy.as<T>() + cell * channels;
      T* to = gx.as<T>() + pixel * channels;
      for (std::int64_t c = 0; c < channels; ++c) to[c] += T(weight * from[c]);
    });
  });
}

}  // namespace scrim::kernels
