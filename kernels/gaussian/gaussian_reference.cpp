// Two passes, columns then rows. Plain loops, on all threads: the field of a film at its own size is large,
// the arithmetic small. Backward is the transposed pass: what forward reads with a weight, backward gives
// back with it.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/gaussian/gaussian.h"
#include "tensor/parallel.h"
#include "tensor/workspace.h"

namespace scrim::kernels {
namespace {

std::vector<double> window(const GaussianOptions& options) {
  std::vector<double> weights;
  const std::int64_t radius = (options.size - 1) / 2;
  double total = 0;
  for (std::int64_t i = -radius; i <= radius; ++i) {
    weights.push_back(std::exp(-double(i * i) / (2 * options.sigma * options.sigma)));
    total += weights.back();
  }
  for (double& weight : weights) weight /= total;
  return weights;
}

/// One pass along the middle axis of in[outer, size, inner]. Forward gathers, backward scatters.
template <class T>
void pass(const T* in, T* out, std::int64_t outer, std::int64_t size, std::int64_t inner,
          const GaussianOptions& options, bool backward) {
  const auto weights = window(options);
  const std::int64_t radius = (options.size - 1) / 2;
  parallel_for(outer, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o) {
      const T* from = in + o * size * inner;
      T* to = out + o * size * inner;
      std::fill_n(to, size * inner, T(0));
      for (std::int64_t at = 0; at < size; ++at)
        for (std::int64_t k = 0; k < options.size; ++k) {
          std::int64_t other = at + k - radius;
          if (options.border == BorderMode::zeros && (other < 0 || other >= size)) continue;
          other = std::clamp<std::int64_t>(other, 0, size - 1);
          const T weight = T(weights[std::size_t(k)]);
          const T* source = from + (backward ? at : other) * inner;
          T* sink = to + (backward ? other : at) * inner;
          for (std::int64_t i = 0; i < inner; ++i) sink[i] += weight * source[i];
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
