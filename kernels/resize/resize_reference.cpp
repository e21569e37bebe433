// Two passes, columns then rows; each is a sparse matrix along one axis. Backward is its transpose.
#include <algorithm>
#include <vector>

#include "kernels/resize/resize_rows.h"
#include "tensor/memory/workspace.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {

/// to[outer, rows, inner] = matrix * from[outer, size, inner].
template <class T>
void apply(const std::vector<ResizeRow>& rows, const T* from, T* to, std::int64_t outer, std::int64_t size,
           std::int64_t inner) {
  const std::int64_t out_size = std::int64_t(rows.size());
  parallel_for(outer * out_size, std::max<std::int64_t>(1, 16384 / inner),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t at = begin; at < end; ++at) {
                   const ResizeRow& row = rows[std::size_t(at % out_size)];
                   T* out = to + at * inner;
                   std::fill_n(out, inner, T(0));
                   for (std::size_t k = 0; k < row.weights.size(); ++k) {
                     const T* in = from + (at / out_size * size + row.first + std::int64_t(k)) * inner;
                     for (std::int64_t i = 0; i < inner; ++i) out[i] += T(row.weights[k]) * in[i];
                   }
                 }
               });
}

/// to[outer, size, inner] = matrix^T * from[outer, rows, inner].
template <class T>
void apply_transposed(const std::vector<ResizeRow>& rows, const T* from, T* to, std::int64_t outer,
                      std::int64_t size, std::int64_t inner) {
  parallel_for(outer, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o) {
      std::fill_n(to + o * size * inner, size * inner, T(0));
      for (std::size_t r = 0; r < rows.size(); ++r)
        for (std::size_t k = 0; k < rows[r].weights.size(); ++k) {
          const T* in = from + (o * std::int64_t(rows.size()) + std::int64_t(r)) * inner;
          T* out = to + (o * size + rows[r].first + std::int64_t(k)) * inner;
          for (std::int64_t i = 0; i < inner; ++i) out[i] += T(rows[r].weights[k]) * in[i];
        }
    }
  });
}

}  // namespace

void resize_forward_reference(ConstView x, View y, const ResizeOptions& options) {
  for_real_type(x.dtype, "resize", [&]<class T>(T) {
    const Shape &in = x.shape, &out = y.shape;
    Workspace<T> between{std::size_t(in[0] * in[1] * out[2] * in[3])};
    apply(resize_rows(in[2], out[2], options), x.as<T>(), between.data(), in[0] * in[1], in[2], in[3]);
    apply(resize_rows(in[1], out[1], options), between.data(), y.as<T>(), in[0], in[1], out[2] * in[3]);
  });
}

void resize_backward_reference(ConstView gy, View gx, const ResizeOptions& options) {
  for_real_type(gx.dtype, "resize", [&]<class T>(T) {
    const Shape &in = gx.shape, &out = gy.shape;
    Workspace<T> between{std::size_t(in[0] * in[1] * out[2] * in[3])};
    apply_transposed(resize_rows(in[1], out[1], options), gy.as<T>(), between.data(), in[0], in[1],
                     out[2] * in[3]);
    apply_transposed(resize_rows(in[2], out[2], options), between.data(), gx.as<T>(), in[0] * in[1], in[2],
                     in[3]);
  });
}

}  // namespace scrim::kernels
