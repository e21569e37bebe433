#include "models/hybrid_unet.h"

#include "autograd/ops/concat.h"
#include "autograd/ops/pool.h"
#include "autograd/ops/resize.h"

namespace scrim {
namespace {

/// The deeper features at twice the size, joined with those of this level.
Variable joined(const Variable& deeper, const Variable& level) {
  const Variable doubled =
      resize(deeper, level.shape()[1], level.shape()[2], {kernels::ResizeMode::bilinear, true});
  return concat({doubled, level}, 3);
}

}  // namespace

HybridUNet::HybridUNet(const HybridUNetOptions& o, const Place& place)
    : Callable(place),
      down1_(1, 2 * o.c, child("dconv_down1")),
      down2_(2 * o.c, 4 * o.c, child("dconv_down2")),
      down3_(4 * o.c, 8 * o.c, child("dconv_down3")),
      down4_(8 * o.c, 16 * o.c, child("dconv_down4")),
      down5_(16 * o.c, 32 * o.c, child("dconv_down5")),
      bottleneck_(32 * o.c, 32 * o.c, child("bottleneck")),
      up5_(64 * o.c, 32 * o.c, child("dconv_up5")),
      up4_(48 * o.c, 16 * o.c, child("dconv_up4")),
      up3_(24 * o.c, 8 * o.c, child("dconv_up3")),
      up2_(12 * o.c, 4 * o.c, child("dconv_up2")),
      up1_(6 * o.c, 2 * o.c, child("dconv_up1")),
      last_conv_({2 * o.c, o.n_classes, 1}, child("conv_last")),
      last_(last_conv_) {}

Variable HybridUNet::forward(const Variable& x) {
  const Shape& s = x.shape();
  require(s.rank() == 4 && s[1] > 0 && s[2] > 0 && s[1] % 32 == 0 && s[2] % 32 == 0 && s[3] == 1,
          "hybrid_unet", "x has the shape {}, expected [N,H,W,1] with H and W divisible by 32", s.str());
  const Variable d1 = down1_(x);
  const Variable d2 = down2_(max_pool2d(d1, halve));
  const Variable d3 = down3_(max_pool2d(d2, halve));
  const Variable d4 = down4_(max_pool2d(d3, halve));
  const Variable d5 = down5_(max_pool2d(d4, halve));
  Variable y = bottleneck_(max_pool2d(d5, halve));
  y = up5_(joined(y, d5));
  y = up4_(joined(y, d4));
  y = up3_(joined(y, d3));
  y = up2_(joined(y, d2));
  y = up1_(joined(y, d1));
  return last_(y);
}

}  // namespace scrim
