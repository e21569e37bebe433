#include "models/densenet.h"

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
class DenseNet::Layer : public Module {
 public:
  Layer(std::int64_t in_channels, const DenseNetOptions& o, const Initializer& initializer)
      : norm1_(in_channels),
        norm2_(o.bn_size * o.growth),
        conv1_(conv(in_channels, o.bn_size * o.growth, 1), initializer.of("conv1")),
        conv2_(conv(o.bn_size * o.growth, o.growth, 3), initializer.of("conv2")),
        inner_(conv1_, norm2_),
        outer_(conv2_) {
    norm1_.remake_input = o.linear_memory;
    add_module("norm1", norm1_);
    add_module("conv1", conv1_);
    add_module("norm2", norm2_);
    add_module("conv2", conv2_);
  }
  Variable operator()(const std::vector<Variable>& before) {
    const Scope scope(name());
    const Variable x = before.size() == 1 ? before[0] : concat(before, channel_axis);
    return outer_(inner_(norm1_(x, true)));
  }

 private:
  BatchNorm2d norm1_, norm2_;
  Conv2d conv1_, conv2_;
  FusedConv2d inner_, outer_;
};

/// norm, relu, 1x1 convolution to half the features, mean over 2x2.
class DenseNet::Transition : public Module {
 public:
  Transition(std::int64_t in_channels, bool linear_memory, const Initializer& initializer)
      : norm_(in_channels),
        conv_(conv(in_channels, in_channels / 2, 1), initializer.of("conv")),
        fused_(conv_) {
    norm_.remake_input = linear_memory;
    add_module("norm", norm_);
    add_module("conv", conv_);
  }
  Variable operator()(const std::vector<Variable>& features) {
    const Scope scope(name());
    // Mean and 1x1 convolution commute; the mean first leaves a quarter of the work.
    const Variable x = avg_pool2d(norm_(concat(features, channel_axis), true), halve);
    return fused_(x);
  }

 private:
  BatchNorm2d norm_;
  Conv2d conv_;
  FusedConv2d fused_;
};

DenseNet::DenseNet(const DenseNetOptions& o, const Initializer& initializer)
    : conv0_(conv(3, o.init_features, 7, 2), initializer.of("features.conv0")),
      norm0_(o.init_features),
      stem_(conv0_, norm0_) {
  require(!o.blocks.empty() && o.growth > 0 && o.init_features > 0 && o.bn_size > 0 && o.num_labels > 0,
          "densenet",
          "{} blocks, growth {}, {} first features, bn_size {}, {} labels came, expected at least 1 of each",
          o.blocks.size(), o.growth, o.init_features, o.bn_size, o.num_labels);
  features_.add_module("conv0", conv0_);
  features_.add_module("norm0", norm0_);
  std::int64_t channels = o.init_features;
  for (std::size_t b = 0; b < o.blocks.size(); ++b) {
    const std::string name = fmt::format("denseblock{}", b + 1);
    groups_.push_back(std::make_unique<Group>());
    blocks_.emplace_back();
    for (std::int64_t l = 0; l < o.blocks[b]; ++l, channels += o.growth) {
      const std::string layer = fmt::format("denselayer{}", l + 1);
      blocks_[b].push_back(
          std::make_unique<Layer>(channels, o, initializer.of("features." + name + "." + layer)));
      groups_[b]->add_module(layer, *blocks_[b].back());
    }
    features_.add_module(name, *groups_[b]);
    if (b + 1 == o.blocks.size()) break;
    const std::string transition = fmt::format("transition{}", b + 1);
    transitions_.push_back(
        std::make_unique<Transition>(channels, o.linear_memory, initializer.of("features." + transition)));
    features_.add_module(transition, *transitions_.back());
    channels /= 2;
  }
  norm5_ = std::make_unique<BatchNorm2d>(channels);
  norm5_->remake_input = o.linear_memory;
  features_.add_module("norm5", *norm5_);
  head_ = std::make_unique<Linear>(channels, o.num_labels, initializer.of("classifier.0"));
  classifier_.add_module("0", *head_);
  add_module("features", features_);
  add_module("classifier", classifier_);
}

DenseNet::~DenseNet() = default;

Variable DenseNet::logits(const Variable& x) {
  const Scope scope(name());
  std::vector<Variable> features{
      max_pool2d(stem_(imagenet_normalized(x)), {.kernel = 3, .stride = 2, .padding = 1})};
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    for (const auto& layer : blocks_[b]) features.push_back((*layer)(features));
    if (b < transitions_.size()) features = {(*transitions_[b])(features)};
  }
  const Variable y = global_avg_pool2d((*norm5_)(concat(features, channel_axis), true));
  return (*head_)(reshape(y, {y.shape()[0], y.shape()[3]}));
}

}  // namespace scrim
