// A network that learns which places of two films show the same anatomy. Films are compared by its features
// (models/patch_likeness.h), in place of the channels made by hand of evaluation/attackers/film_structures.h.
//   x[N,64,64,1] -> (x - mean) / max(deviation, 0.02), both of what is around, by a Gaussian window of sigma 4
//   five 3 x 3 convolutions with norm and relu, the second and fourth with stride 2, then one of 1 x 1
//   -> [N,16,16,embed]: a place for every 4 x 4 pixels
#pragma once

#include "layers/fused_conv2d.h"

namespace scrim {

struct PatchMatcherOptions {
  /// Features of the first convolution; twice and four times as many after each stride.
  std::int64_t width = 16;
  std::int64_t embed = 48;  ///< of a place
};

class PatchMatcher : public Callable<PatchMatcher> {
 public:
  static constexpr std::int64_t side = 64, places_a_side = 16;

  PatchMatcher(const PatchMatcherOptions& options, const Place& place);
  /// x [N,64,64,1] in [0,1] to [N,16,16,embed].
  Variable forward(const Variable& x);

 private:
  struct Layer {
    Layer(std::int64_t in_channels, std::int64_t out_channels, std::int64_t stride, int number,
          PatchMatcher& parent);
    Conv2d conv;
    BatchNorm2d norm;
    FusedConv2d all;
  };
  Layer layer1_, layer2_, layer3_, layer4_, layer5_;
  Conv2d places_;
};

}  // namespace scrim
