// ResNet with bottleneck blocks (He et al., "Deep Residual Learning for Image Recognition", CVPR 2016), in
// the form of torchvision's resnet50, whose parameter names it keeps.
//
//   x[N,H,W,3] -> y[N,embed]: 7x7 convolution of stride 2, max pool (or none), four stages of w, 2w, 4w, 8w features
//   (times 4 at each block's end), mean over the image (or over each part of a grid), one linear layer
#pragma once

#include <deque>
#include <optional>

#include "layers/fused_conv2d.h"
#include "layers/group.h"
#include "layers/linear.h"

namespace scrim {

struct ResNetOptions {
  std::int64_t width = 64;                          ///< features of the first stage
  std::vector<std::int64_t> layers = {3, 4, 6, 3};  ///< blocks of each of the four stages
  std::int64_t embed = 128;                         ///< outputs of the linear layer
  bool stem_pool = true;  ///< max pool after the first convolution; without it small films keep more places
  /// The last features are averaged over grid x grid parts of the image, whose features then stand one part after the other,
  /// row by row. More than 1 part keeps where a feature is.
  std::int64_t grid = 1;
};

class ResNet : public Callable<ResNet> {
 public:
  ResNet(const ResNetOptions& options, const Place& place);
  /// Throws Error when x has not 3 channels or a side is empty.
  Variable forward(const Variable& x);

 private:
  /// 1x1, 3x3 (with the stride), 1x1; the input, or a 1x1 convolution of it, is added before the last relu.
  class Bottleneck : public Callable<Bottleneck> {
   public:
    Bottleneck(std::int64_t in_channels, std::int64_t features, std::int64_t stride, const Place& place);
    Variable forward(Variable x);

   private:
    Conv2d conv1_;
    BatchNorm2d norm1_;
    Conv2d conv2_;
    BatchNorm2d norm2_;
    Conv2d conv3_;
    BatchNorm2d norm3_;
    FusedConv2d first_, second_, third_;
    Group downsample_;
    std::optional<Conv2d> downsample_conv_;  ///< empty where the input is added as it is
    std::optional<BatchNorm2d> downsample_norm_;
    std::optional<FusedConv2d> shortcut_;
  };

  Conv2d conv1_;
  BatchNorm2d norm1_;
  FusedConv2d stem_;
  bool stem_pool_;
  std::int64_t grid_;
  std::deque<Group> stages_;
  std::deque<Bottleneck> blocks_;  ///< of all stages
  std::optional<Linear> fc_;
};

}  // namespace scrim
