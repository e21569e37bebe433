#include <algorithm>

#include "kernels/pad/pad.h"

namespace scrim::kernels {
namespace {

/// Calls body(offset in x or -1, offset in y) for every pixel of y.
template <class Body>
void for_each_pixel(const Shape& x, const Shape& y, const Border& border, PadMode mode, Body&& body) {
  for (std::int64_t n = 0; n < y[0]; ++n)
    for (std::int64_t i = 0; i < y[1]; ++i)
      for (std::int64_t j = 0; j < y[2]; ++j) {
        const std::int64_t h = padded_source(i, border.top, x[1], mode),
                           w = padded_source(j, border.left, x[2], mode);
        body(h < 0 || w < 0 ? -1 : ((n * x[1] + h) * x[2] + w) * x[3], ((n * y[1] + i) * y[2] + j) * y[3]);
      }
}

}  // namespace

void pad2d_forward_reference(ConstView x, View y, const Border& border, PadMode mode) {
  for_real_type(x.dtype, "pad2d", [&]<class T>(T) {
    for_each_pixel(x.shape, y.shape, border, mode, [&](std::int64_t from, std::int64_t to) {
      if (from < 0)
        std::fill_n(y.as<T>() + to, x.shape[3], T(0));
      else
        std::copy_n(x.as<T>() + from, x.shape[3], y.as<T>() + to);
    });
  });
}

void pad2d_backward_reference(ConstView gy, View gx, const Border& border, PadMode mode) {
  for_real_type(gx.dtype, "pad2d", [&]<class T>(T) {
    std::fill_n(gx.as<T>(), gx.shape.numel(), T(0));
    for_each_pixel(gx.shape, gy.shape, border, mode, [&](std::int64_t from, std::int64_t to) {
      if (from < 0) return;
      for (std::int64_t c = 0; c < gx.shape[3]; ++c) gx.as<T>()[from + c] += gy.as<T>()[to + c];
    });
  });
}

}  // namespace scrim::kernels
