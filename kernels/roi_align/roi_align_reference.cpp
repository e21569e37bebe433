#include <algorithm>
#include <cmath>

#include "kernels/roi_align/roi_align.h"

namespace scrim::kernels {
namespace {

/// The two rows (or columns) that a sample at `at` lies between, and how much the second counts.
struct Between {
  std::int64_t low, high;
  double fraction;
};

Between between(double at, std::int64_t size) {
  at = std::max(at, 0.0);
  const std::int64_t low = std::int64_t(at);
  if (low >= size - 1) return {size - 1, size - 1, 0};
  return {low, low + 1, at - double(low)};
}

/// Calls body(cell of y, pixel of x, weight) for every pixel that counts in a cell.
template <class T, class Body>
void for_each_weight(const Shape& x, ConstView boxes, const RoiAlignOptions& o, Body&& body) {
  for (std::int64_t r = 0; r < boxes.shape[0]; ++r) {
    const T* box = boxes.as<T>() + 5 * r;
    const std::int64_t image = std::int64_t(box[0]);
    const double left = double(box[1]) - 0.5, top = double(box[2]) - 0.5;
    const double height = double(box[4]) - 0.5 - top, width = double(box[3]) - 0.5 - left;
    const double cell_h = height / double(o.output_h), cell_w = width / double(o.output_w);
    const std::int64_t rows = o.sampling > 0 ? o.sampling : std::int64_t(std::ceil(cell_h));
    const std::int64_t columns = o.sampling > 0 ? o.sampling : std::int64_t(std::ceil(cell_w));
    const double share = 1 / double(std::max<std::int64_t>(rows * columns, 1));
    for (std::int64_t i = 0; i < o.output_h; ++i)
      for (std::int64_t j = 0; j < o.output_w; ++j)
        for (std::int64_t a = 0; a < rows; ++a)
          for (std::int64_t b = 0; b < columns; ++b) {
            const double v = top + double(i) * cell_h + (double(a) + 0.5) * cell_h / double(rows);
            const double u = left + double(j) * cell_w + (double(b) + 0.5) * cell_w / double(columns);
            if (v < -1 || v > double(x[1]) || u < -1 || u > double(x[2])) continue;
            const Between h = between(v, x[1]), w = between(u, x[2]);
            const std::int64_t cell = (r * o.output_h + i) * o.output_w + j;
            const auto pixel = [&](std::int64_t row, std::int64_t column) {
              return (image * x[1] + row) * x[2] + column;
            };
            body(cell, pixel(h.low, w.low), share * (1 - h.fraction) * (1 - w.fraction));
            body(cell, pixel(h.low, w.high), share * (1 - h.fraction) * w.fraction);
            body(cell, pixel(h.high, w.low), share * h.fraction * (1 - w.fraction));
            body(cell, pixel(h.high, w.high), share * h.fraction * w.fraction);
          }
  }
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
