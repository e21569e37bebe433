// Plain loops over the formulas of conv2d.h: the specification and the oracle of the tests.
#include <algorithm>

#include "kernels/conv2d/conv2d.h"

namespace scrim::kernels {
namespace {

struct Sizes {
  std::int64_t n, h, w, c, oh, ow, o, kh, kw, cg, og;
  Sizes(const Shape& x, const Shape& weight, const Shape& y, const Conv2dOptions& options)
      : n(x[0]),
        h(x[1]),
        w(x[2]),
        c(x[3]),
        oh(y[1]),
        ow(y[2]),
        o(y[3]),
        kh(weight[2]),
        kw(weight[3]),
        cg(weight[1]),
        og(y[3] / options.groups) {}
};

/// Calls body(x index, w index, y index) for every product of the sum.
template <class Body>
void for_each_product(const Sizes& s, const Conv2dOptions& options, Body&& body) {
  for (std::int64_t n = 0; n < s.n; ++n)
    for (std::int64_t oh = 0; oh < s.oh; ++oh)
      for (std::int64_t ow = 0; ow < s.ow; ++ow)
        for (std::int64_t i = 0; i < s.kh; ++i) {
          const std::int64_t h = oh * options.stride.h - options.padding.h + i * options.dilation.h;
          if (h < 0 || h >= s.h) continue;
          for (std::int64_t j = 0; j < s.kw; ++j) {
            const std::int64_t w = ow * options.stride.w - options.padding.w + j * options.dilation.w;
            if (w < 0 || w >= s.w) continue;
            for (std::int64_t o = 0; o < s.o; ++o) {
              const std::int64_t first_channel = o / s.og * s.cg;
              const std::int64_t y = ((n * s.oh + oh) * s.ow + ow) * s.o + o;
              for (std::int64_t c = 0; c < s.cg; ++c)
                body(((n * s.h + h) * s.w + w) * s.c + first_channel + c,
                     ((o * s.cg + c) * s.kh + i) * s.kw + j, y);
            }
          }
        }
}

}  // namespace

void conv2d_forward_reference(ConstView x, ConstView w, ConstView b, View y, const Conv2dOptions& options) {
  for_real_type(y.dtype, "conv2d", [&]<class T>(T) {
    const Sizes s(x.shape, w.shape, y.shape, options);
    T* out = y.as<T>();
    for (std::int64_t i = 0; i < y.shape.numel(); ++i) out[i] = b ? b.as<T>()[i % s.o] : T(0);
    const T *in = x.as<T>(), *weight = w.as<T>();
    for_each_product(s, options, [&](auto xi, auto wi, auto yi) { out[yi] += in[xi] * weight[wi]; });
  });
}

void conv2d_backward_input_reference(ConstView gy, ConstView w, View gx, const Conv2dOptions& options) {
  for_real_type(gx.dtype, "conv2d", [&]<class T>(T) {
    const Sizes s(gx.shape, w.shape, gy.shape, options);
    T* out = gx.as<T>();
    std::fill_n(out, gx.shape.numel(), T(0));
    const T *upstream = gy.as<T>(), *weight = w.as<T>();
    for_each_product(s, options, [&](auto xi, auto wi, auto yi) { out[xi] += upstream[yi] * weight[wi]; });
  });
}

void conv2d_backward_weight_reference(ConstView x, ConstView gy, View gw, const Conv2dOptions& options) {
  for_real_type(gw.dtype, "conv2d", [&]<class T>(T) {
    const Sizes s(x.shape, gw.shape, gy.shape, options);
    T* out = gw.as<T>();
    std::fill_n(out, gw.shape.numel(), T(0));
    const T *in = x.as<T>(), *upstream = gy.as<T>();
    for_each_product(s, options, [&](auto xi, auto wi, auto yi) { out[wi] += in[xi] * upstream[yi]; });
  });
}

void conv2d_backward_bias_reference(ConstView gy, View gb) {
  for_real_type(gb.dtype, "conv2d", [&]<class T>(T) {
    const std::int64_t channels = gb.shape[0];
    T* out = gb.as<T>();
    std::fill_n(out, channels, T(0));
    for (std::int64_t i = 0; i < gy.shape.numel(); ++i) out[i % channels] += gy.as<T>()[i];
  });
}

}  // namespace scrim::kernels
