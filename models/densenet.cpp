#include "models/densenet.h"

#include <deque>

#include "autograd/ops/concat.h"
#include "autograd/ops/pool.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/unary.h"
#include "models/imagenet.h"

namespace scrim {
namespace {

constexpr int channel_axis = 3;

Conv2dShape conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride = 1) {
  return same_padded(in, out, kernel, false, stride);
}

}  // namespace

/// norm1, relu, 1x1 convolution, norm2, relu, 3x3 convolution: `growth` new features from all before.
class DenseNet::Layer : public Callable<Layer> {
 public:
  Layer(std::int64_t in_channels, const DenseNetOptions& o, const Place& place)
      : Callable(place),
        norm1_(in_channels, child("norm1")),
        conv1_(conv(in_channels, o.bn_size * o.growth, 1), child("conv1")),
        norm2_(o.bn_size * o.growth, child("norm2")),
        conv2_(conv(o.bn_size * o.growth, o.growth, 3), child("conv2")),
        inner_(conv1_, norm2_),
        outer_(conv2_) {
    norm1_.remake_input = o.linear_memory;
  }
  Variable forward(const std::vector<Variable>& before) {
    const Variable x = before.size() == 1 ? before[0] : concat(before, channel_axis);
    return outer_(inner_(norm1_(x, true)));
  }

 private:
  BatchNorm2d norm1_;
  Conv2d conv1_;
  BatchNorm2d norm2_;
  Conv2d conv2_;
  FusedConv2d inner_, outer_;
};

/// Its layers, each of which sees the features of all before it.
class DenseNet::Block : public Group {
 public:
  Block(std::int64_t in_channels, std::int64_t layers, const DenseNetOptions& o, const Place& place)
      : Group(place) {
    for (std::int64_t l = 0; l < layers; ++l)
      layers_.emplace_back(in_channels + l * o.growth, o, child(fmt::format("denselayer{}", l + 1)));
  }
  void append_to(std::vector<Variable>& features) {
    for (Layer& layer : layers_) features.push_back(layer(features));
  }

 private:
  std::deque<Layer> layers_;
};

/// norm, relu, 1x1 convolution to half the features, mean over 2x2.
class DenseNet::Transition : public Callable<Transition> {
 public:
  Transition(std::int64_t in_channels, bool linear_memory, const Place& place)
      : Callable(place),
        norm_(in_channels, child("norm")),
        conv_(conv(in_channels, in_channels / 2, 1), child("conv")),
        fused_(conv_) {
    norm_.remake_input = linear_memory;
  }
  Variable forward(const std::vector<Variable>& features) {
    // Mean and 1x1 convolution commute; the mean first leaves a quarter of the work.
    const Variable x = avg_pool2d(norm_(concat(features, channel_axis), true), halve);
    return fused_(x);
  }

 private:
  BatchNorm2d norm_;
  Conv2d conv_;
  FusedConv2d fused_;
};

DenseNet::DenseNet(const DenseNetOptions& o, const Place& place)
    : Module(place),
      features_(child("features")),
      conv0_(conv(3, o.init_features, 7, 2), features_.child("conv0")),
      norm0_(o.init_features, features_.child("norm0")),
      stem_(conv0_, norm0_),
      classifier_(child("classifier")) {
  require(!o.blocks.empty() && o.growth > 0 && o.init_features > 0 && o.bn_size > 0 && o.num_labels > 0,
          "densenet",
          "{} blocks, growth {}, {} first features, bn_size {}, {} labels came, expected at least 1 of each",
          o.blocks.size(), o.growth, o.init_features, o.bn_size, o.num_labels);
  std::int64_t channels = o.init_features;
  for (std::size_t b = 0; b < o.blocks.size(); ++b) {
    if (b > 0) {
      transitions_.push_back(std::make_unique<Transition>(channels, o.linear_memory,
                                                          features_.child(fmt::format("transition{}", b))));
      channels /= 2;
    }
    blocks_.push_back(std::make_unique<Block>(channels, o.blocks[b], o,
                                              features_.child(fmt::format("denseblock{}", b + 1))));
    channels += o.blocks[b] * o.growth;
  }
  norm5_.emplace(channels, features_.child("norm5"));
  norm5_->remake_input = o.linear_memory;
  head_.emplace(channels, o.num_labels, classifier_.child("0"));
}

DenseNet::~DenseNet() = default;

Variable DenseNet::features(const Variable& x) {
  std::vector<Variable> features{
      max_pool2d(stem_(imagenet_normalized(x)), {.kernel = 3, .stride = 2, .padding = 1})};
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    if (b > 0) features = {(*transitions_[b - 1])(features)};
    blocks_[b]->append_to(features);
  }
  return (*norm5_)(concat(features, channel_axis), true);
}

Variable DenseNet::logits(const Variable& x) {
  const Scope scope(name());
  const Variable y = global_avg_pool2d(features(x));
  return (*head_)(reshape(y, {y.shape()[0], y.shape()[3]}));
}

Variable DenseNet::activation_maps(const Variable& x) {
  const Scope scope(name());
  return (*head_)(features(x));
}

}  // namespace scrim
