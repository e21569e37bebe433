// Two passes, columns then rows. Plain loops, on all threads: the field of a film at its own size is large,
// the arithmetic small. Backward is the transposed pass: what forward reads with a weight, backward gives
// back with it.
#include <algorithm>
#include <vector>

#include "kernels/gaussian/gaussian.h"
#include "tensor/memory/workspace.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {

/// One pass along the middle axis of in[outer, size, inner]. Forward gathers, backward scatters. For each
/// cell of the window the neighbors that lie inside are one run; only the few beyond the border are looked
/// up one by one.
template <class T>
void pass(const T* in, T* out, std::int64_t outer, std::int64_t size, std::int64_t inner,
          const GaussianOptions& options, bool backward) {
  const auto weights = gaussian_window(options);
  const std::int64_t radius = (options.size - 1) / 2;
  const auto add = [&](const T* from, std::int64_t source, T* to, std::int64_t sink, std::int64_t cells,
                       T weight) {
    for (std::int64_t i = 0; i < cells * inner; ++i)
      to[sink * inner + i] += weight * from[source * inner + i];
  };
  parallel_for(outer, std::max<std::int64_t>(1, 8192 / (size * inner)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t o = begin; o < end; ++o) {
                   const T* from = in + o * size * inner;
                   T* to = out + o * size * inner;
                   std::fill_n(to, size * inner, T(0));
                   for (std::int64_t k = 0; k < options.size; ++k) {
                     const std::int64_t offset = k - radius;
                     const std::int64_t first = std::clamp<std::int64_t>(-offset, 0, size);
                     const std::int64_t last = std::clamp<std::int64_t>(size - offset, first, size);
                     const T weight = T(weights[std::size_t(k)]);
                     const auto tap = [&](std::int64_t at, std::int64_t other, std::int64_t cells) {
                       if (backward)
                         add(from, at, to, other, cells, weight);
                       else
                         add(from, other, to, at, cells, weight);
                     };
                     if (last > first) tap(first, first + offset, last - first);
                     if (options.border == BorderMode::zeros) continue;
                     for (std::int64_t at = 0; at < first; ++at) tap(at, 0, 1);
                     for (std::int64_t at = last; at < size; ++at) tap(at, size - 1, 1);
                   }
                 }
               });
}

template <class T>
void two_passes(ConstView in, View out, const GaussianOptions& options, bool backward) {
  const Shape& s = in.shape;
  Workspace<T> between{std::size_t(s.numel())};
  pass<T>(in.as<T>(), between.data(), s[0] * s[1], s[2], s[3], options, backward);
  pass<T>(between.data(), out.as<T>(), s[0], s[1], s[2] * s[3], options, backward);
}

}  // namespace

void gaussian_forward_reference(ConstView x, View y, const GaussianOptions& options) {
  for_real_type(x.dtype, "gaussian", [&]<class T>(T) { two_passes<T>(x, y, options, false); });
}

void gaussian_backward_reference(ConstView gy, View gx, const GaussianOptions& options) {
  for_real_type(gy.dtype, "gaussian", [&]<class T>(T) { two_passes<T>(gy, gx, options, true); });
}

}  // namespace scrim::kernels
