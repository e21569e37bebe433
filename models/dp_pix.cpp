#include "models/dp_pix.h"

#include <algorithm>
#include <cmath>

#include "tensor/compute_device.h"

namespace scrim {
namespace {

/// Inverse of the Laplace distribution's cumulative function at u in (0, 1).
double laplace(double u, double scale) {
  const double centered = u - 0.5;
  return -scale * std::copysign(std::log1p(-2 * std::abs(centered)), centered);
}

}  // namespace

Tensor dp_pix(const Tensor& x, const DpPixOptions& o, const Random& random) {
  require(o.cell >= 1 && o.pixels > 0 && o.epsilon > 0, "dp_pix",
          "cell {}, pixels {}, epsilon {} came, expected at least 1, above 0, above 0", o.cell, o.pixels,
          o.epsilon);
  const Shape& s = x.shape();
  require(s.rank() == 4, "dp_pix", "x has the shape {}, expected [N,H,W,C]", s.str());
  Tensor y = Tensor::empty(s);
  const Tensor on_host = to_host(x);
  const auto in = on_host.data<float>();
  const auto out = y.mutable_data<float>();
  std::uint64_t draw = 0;
  for (std::int64_t n = 0; n < s[0]; ++n)
    for (std::int64_t top = 0; top < s[1]; top += o.cell)
      for (std::int64_t left = 0; left < s[2]; left += o.cell)
        for (std::int64_t c = 0; c < s[3]; ++c) {
          const std::int64_t bottom = std::min(top + o.cell, s[1]), right = std::min(left + o.cell, s[2]);
          const double area = double((bottom - top) * (right - left)), scale = o.pixels / (area * o.epsilon);
          const auto for_each = [&](auto&& body) {
            for (std::int64_t h = top; h < bottom; ++h)
              for (std::int64_t w = left; w < right; ++w)
                body(std::size_t(((n * s[1] + h) * s[2] + w) * s[3] + c));
          };
          double sum = 0;
          for_each([&](std::size_t i) { sum += in[i]; });
          // Half a step of the generator keeps u off 0 and 1, where the noise would be infinite.
          const double u = std::clamp(random.uniform_at(draw++) + 0x1p-54, 0x1p-54, 1 - 0x1p-53);
          const float value = float(std::clamp(sum / area + laplace(u, scale), 0.0, 1.0));
          for_each([&](std::size_t i) { out[i] = value; });
        }
  return y.to(x.device());
}

}  // namespace scrim
