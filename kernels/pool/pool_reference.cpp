#include <algorithm>

#include "kernels/pool/pool.h"

namespace scrim::kernels {
namespace {

/// Rows (or columns) [begin, end) of x that a window covers inside the image; its first cell would be at
/// `start`.
struct Window {
  std::int64_t start, begin, end;
};

Window window(std::int64_t out, std::int64_t size, const PoolOptions& o) {
  const std::int64_t start = out * o.stride - o.padding;
  return {start, std::max<std::int64_t>(start, 0), std::min(start + o.kernel, size)};
}

/// Calls body(flat index of y, rows, columns, n, c) for every output cell.
template <class Body>
void for_each_window(const Shape& x, const Shape& y, const PoolOptions& options, Body&& body) {
  std::int64_t i = 0;
  for (std::int64_t n = 0; n < y[0]; ++n)
    for (std::int64_t oh = 0; oh < y[1]; ++oh)
      for (std::int64_t ow = 0; ow < y[2]; ++ow)
        for (std::int64_t c = 0; c < y[3]; ++c)
          body(i++, window(oh, x[1], options), window(ow, x[2], options), n, c);
}

std::int64_t flat(const Shape& x, std::int64_t n, std::int64_t h, std::int64_t w, std::int64_t c) {
  return ((n * x[1] + h) * x[2] + w) * x[3] + c;
}

}  // namespace

void max_pool2d_forward_reference(ConstView x, View y, View from, const PoolOptions& options) {
  for_real_type(x.dtype, "max_pool2d", [&]<class T>(T) {
    for_each_window(x.shape, y.shape, options, [&](auto i, Window rows, Window columns, auto n, auto c) {
      T best = x.as<T>()[flat(x.shape, n, rows.begin, columns.begin, c)];
      std::int64_t cell = (rows.begin - rows.start) * options.kernel + columns.begin - columns.start;
      for (std::int64_t h = rows.begin; h < rows.end; ++h)
        for (std::int64_t w = columns.begin; w < columns.end; ++w) {
          const T value = x.as<T>()[flat(x.shape, n, h, w, c)];
          if (best != best || value <= best) continue;  // a NaN stays, and a NaN is not "<="
          best = value;
          cell = (h - rows.start) * options.kernel + w - columns.start;
        }
      y.as<T>()[i] = best;
      if (from) from.as<std::uint8_t>()[i] = std::uint8_t(cell);
    });
  });
}

void max_pool2d_backward_reference(ConstView gy, ConstView from, View gx, const PoolOptions& options) {
  for_real_type(gx.dtype, "max_pool2d", [&]<class T>(T) {
    std::fill_n(gx.as<T>(), gx.shape.numel(), T(0));
    for_each_window(gx.shape, gy.shape, options, [&](auto i, Window rows, Window columns, auto n, auto c) {
      const std::int64_t cell = from.as<std::uint8_t>()[i];
      const std::int64_t h = rows.start + cell / options.kernel, w = columns.start + cell % options.kernel;
      gx.as<T>()[flat(gx.shape, n, h, w, c)] += gy.as<T>()[i];
    });
  });
}

void avg_pool2d_forward_reference(ConstView x, View y, const PoolOptions& options) {
  for_real_type(x.dtype, "avg_pool2d", [&]<class T>(T) {
    for_each_window(x.shape, y.shape, options, [&](auto i, Window rows, Window columns, auto n, auto c) {
      T sum = 0;
      for (std::int64_t h = rows.begin; h < rows.end; ++h)
        for (std::int64_t w = columns.begin; w < columns.end; ++w)
          sum += x.as<T>()[flat(x.shape, n, h, w, c)];
      y.as<T>()[i] = sum / T(options.kernel * options.kernel);
    });
  });
}

void avg_pool2d_backward_reference(ConstView gy, View gx, const PoolOptions& options) {
  for_real_type(gx.dtype, "avg_pool2d", [&]<class T>(T) {
    std::fill_n(gx.as<T>(), gx.shape.numel(), T(0));
    for_each_window(gx.shape, gy.shape, options, [&](auto i, Window rows, Window columns, auto n, auto c) {
      const T share = gy.as<T>()[i] / T(options.kernel * options.kernel);
      for (std::int64_t h = rows.begin; h < rows.end; ++h)
        for (std::int64_t w = columns.begin; w < columns.end; ++w)
          gx.as<T>()[flat(gx.shape, n, h, w, c)] += share;
    });
  });
}

}  // namespace scrim::kernels
