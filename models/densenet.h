// DenseNet (Huang et al., "Densely Connected Convolutional Networks", CVPR 2017), in the form of
// torchvision's densenet121, whose parameter names it keeps, with PriCheXy-Net's classifier of 14 findings at
// the end.
//
//   x[N,H,W,1] in [0,1] -> logits[N,num_labels]: 7x7 convolution of stride 2, max pool, dense blocks with
//   transitions that halve, norm, relu, mean over the image, one linear layer
#pragma once

#include <memory>
#include <optional>

#include "layers/fused_conv2d.h"
#include "layers/group.h"
#include "layers/linear.h"

namespace scrim {

struct DenseNetOptions {
  std::int64_t growth = 32;                            ///< features that a layer adds
  std::vector<std::int64_t> blocks = {6, 12, 24, 16};  ///< layers of each dense block
  std::int64_t init_features = 64, bn_size = 4;  ///< of the first convolution; of a layer's 1x1, times growth
  std::int64_t num_labels = 14;
  bool linear_memory =
      false;  ///< training makes norms' inputs again in backward: half the memory, some slower
};

class DenseNet : public Module {
 public:
  DenseNet(const DenseNetOptions& options, const Place& place);
  ~DenseNet() override;

  Variable logits(const Variable& x);
  /// Where the network sees a label: [N,H/32,W/32,num_labels], whose mean over the image is the label's logit (class activation
  /// maps: Zhou et al., "Learning Deep Features for Discriminative Localization", CVPR 2016).
  Variable activation_maps(const Variable& x);

 private:
  class Layer;
  class Block;
  class Transition;

  Variable features(const Variable& x);

  Group features_;
  Conv2d conv0_;
  BatchNorm2d norm0_;
  FusedConv2d stem_;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<std::unique_ptr<Transition>> transitions_;  ///< between two blocks
  std::optional<BatchNorm2d> norm5_;
  Group classifier_;
  std::optional<Linear> head_;
};

}  // namespace scrim
