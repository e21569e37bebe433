#include "models/patch_matcher.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/gaussian.h"
#include "autograd/ops/unary.h"

namespace scrim {
namespace {

constexpr kernels::GaussianOptions around{.size = 17, .sigma = 4, .border = kernels::BorderMode::replicate};
constexpr double least_deviation = 0.02;

/// Gray against what is around it: exposure and large shadows go.
Variable locally_normalized(const Variable& x) {
  const Variable mean = gaussian(x, around);
  const Variable variance = gaussian(x * x, around) - mean * mean;
  return (x - mean) / sqrt(clamp(variance, least_deviation * least_deviation, 1));
}

}  // namespace

PatchMatcher::Layer::Layer(std::int64_t in_channels, std::int64_t out_channels, std::int64_t stride,
                           int number, PatchMatcher& parent)
    : conv(same_padded(in_channels, out_channels, 3, false, stride),
           parent.child(fmt::format("conv{}", number))),
      norm(out_channels, parent.child(fmt::format("norm{}", number))),
      all(conv, norm) {}

PatchMatcher::PatchMatcher(const PatchMatcherOptions& o, const Place& place)
    : Callable(place),
      layer1_(1, o.width, 1, 1, *this),
      layer2_(o.width, 2 * o.width, 2, 2, *this),
      layer3_(2 * o.width, 2 * o.width, 1, 3, *this),
      layer4_(2 * o.width, 4 * o.width, 2, 4, *this),
      layer5_(4 * o.width, 4 * o.width, 1, 5, *this),
      places_({4 * o.width, o.embed, 1}, child("places")) {}

Variable PatchMatcher::forward(const Variable& x) {
  const Shape& s = x.shape();
  require(s.rank() == 4 && s[1] == side && s[2] == side && s[3] == 1, "patch_matcher",
          "x has the shape {}, expected [N,{},{},1]", s.str(), side, side);
  return places_(layer5_.all(layer4_.all(layer3_.all(layer2_.all(layer1_.all(locally_normalized(x)))))));
}

}  // namespace scrim
