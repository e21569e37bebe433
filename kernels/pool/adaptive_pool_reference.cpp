#include <algorithm>

#include "kernels/pool/pool.h"

namespace scrim::kernels {
namespace {

/// Calls body(offset of a pixel, offset of its cell, share) for every pixel of every cell.
template <class Body>
void for_each_share(const Shape& image, const Shape& cells, Body&& body) {
  const std::int64_t channels = image[3];
  for (std::int64_t n = 0; n < cells[0]; ++n)
    for (std::int64_t i = 0; i < cells[1]; ++i)
      for (std::int64_t j = 0; j < cells[2]; ++j) {
        const auto [top, bottom] = adaptive_cell(i, image[1], cells[1]);
        const auto [left, right] = adaptive_cell(j, image[2], cells[2]);
        const double share = 1 / double((bottom - top) * (right - left));
        for (std::int64_t h = top; h < bottom; ++h)
          for (std::int64_t w = left; w < right; ++w)
            body(((n * image[1] + h) * image[2] + w) * channels,
                 ((n * cells[1] + i) * cells[2] + j) * channels, share);
      }
}

}  // namespace

void adaptive_avg_pool2d_forward_reference(ConstView x, View y) {
  for_real_type(x.dtype, "adaptive_avg_pool2d", [&]<class T>(T) {
    std::fill_n(y.as<T>(), y.shape.numel(), T(0));
    for_each_share(x.shape, y.shape, [&](std::int64_t pixel, std::int64_t cell, double share) {
      for (std::int64_t c = 0; c < x.shape[3]; ++c) y.as<T>()[cell + c] += T(x.as<T>()[pixel + c] * share);
    });
  });
}

void adaptive_avg_pool2d_backward_reference(ConstView gy, View gx) {
  for_real_type(gx.dtype, "adaptive_avg_pool2d", [&]<class T>(T) {
    std::fill_n(gx.as<T>(), gx.shape.numel(), T(0));
    for_each_share(gx.shape, gy.shape, [&](std::int64_t pixel, std::int64_t cell, double share) {
      for (std::int64_t c = 0; c < gx.shape[3]; ++c) gx.as<T>()[pixel + c] += T(gy.as<T>()[cell + c] * share);
    });
  });
}

}  // namespace scrim::kernels
