#include "models/sparse_ternary.h"

#include <numeric>

#include "autograd/ops/binary.h"
#include "autograd/ops/concat.h"
#include "autograd/ops/permute.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/resize.h"
#include "autograd/ops/top_k.h"
#include "autograd/ops/unary.h"

namespace scrim {
namespace {

constexpr int channel_axis = 3;
constexpr int index_axis = 3;  // of a code [N,h,w,c,m]
constexpr Activation leaky = Activation::leaky_relu(0.01f);

Conv2dShape conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride = 1) {
  return same_padded(in, out, kernel, true, stride);
}

Variable enlarged(const Variable& x, std::int64_t ratio) {
  return ratio == 1 ? x : resize(x, x.shape()[1] * ratio, x.shape()[2] * ratio, {});
}

/// By how much the encoder shrinks a level's features before the projection.
std::int64_t ratio_from(const SparseTernaryOptions& o, std::size_t level) {
  return std::accumulate(o.sampling_ratio_list.begin() + std::ptrdiff_t(level), o.sampling_ratio_list.end(),
                         std::int64_t(1), std::multiplies<>());
}

/// The features of all levels, as the last level joins them.
std::int64_t joined_channels(const SparseTernaryOptions& o) {
  return o.channels_list.back() * std::int64_t(o.channels_list.size());
}
std::int64_t coded_channels(const SparseTernaryOptions& o) {
  return o.num_proj_channels * o.num_code_maps;
}

Conv2dShape projection(const SparseTernaryOptions& o) {
  const std::int64_t coded = coded_channels(o), stride = o.proj_filter_size / 4;
  return {
      coded, coded, o.proj_filter_size, true, {.stride = {stride, stride}, .groups = o.num_proj_channels}};
}

const SparseTernaryOptions& checked(const SparseTernaryOptions& o) {
  require(!o.sampling_ratio_list.empty() && o.channels_list.size() == o.sampling_ratio_list.size() + 1,
          "sparse_ternary", "{} ratios and {} channel counts came, expected one count more than ratios",
          o.sampling_ratio_list.size(), o.channels_list.size());
  for (const std::int64_t ratio : o.sampling_ratio_list)
    require(ratio >= 1, "sparse_ternary", "the sampling ratio {} came, expected at least 1", ratio);
  for (const std::int64_t channels : o.channels_list)
    require(channels >= 1, "sparse_ternary", "{} channels came, expected at least 1", channels);
  require(o.proj_filter_size >= 4 && o.proj_filter_size % 4 == 0, "sparse_ternary",
          "the projection's filter is {}, expected a multiple of 4", o.proj_filter_size);
  require(
      o.k >= 1 && 2 * o.k <= o.num_proj_channels && o.num_code_maps >= 1, "sparse_ternary",
      "k {}, {} projection channels and {} code maps came, expected 1 <= k, 2k <= channels, at least 1 map",
      o.k, o.num_proj_channels, o.num_code_maps);
  require(o.dropout >= 0 && o.dropout < 1, "sparse_ternary", "dropout {} came, expected 0 to below 1",
          o.dropout);
  require(o.beta_momentum > 0 && o.beta_momentum <= 1, "sparse_ternary",
          "beta_momentum {} came, expected above 0 to 1", o.beta_momentum);
  return o;
}

}  // namespace

/// seq.0 3x3, leaky relu, seq.2 5x5 with the stride, seq.3 norm; plus a strided 1x1 of the input; relu. (The
/// published block takes a leaky relu of that relu, which changes nothing.)
class SparseTernaryCoder::InternalDown : public Callable<InternalDown> {
 public:
  InternalDown(std::int64_t in, std::int64_t out, std::int64_t ratio, const Place& place)
      : Callable(place),
        res_conv_({in, out, 1, true, {.stride = {ratio, ratio}}}, child("res_conv")),
        seq_(child("seq")),
        conv0_(conv(in, out, 3), seq_.child("0")),
        conv2_(conv(out, out, 5, ratio), seq_.child("2")),
        norm3_(out, seq_.child("3")),
        shortcut_(res_conv_),
        first_(conv0_, leaky),
        second_(conv2_, norm3_) {}
  Variable forward(const Variable& x) { return second_(first_(x), shortcut_(x)); }

 private:
  Conv2d res_conv_;
  Group seq_;
  Conv2d conv0_, conv2_;
  BatchNorm2d norm3_;
  FusedConv2d shortcut_, first_, second_;
};

/// seq.0 3x3, leaky relu, seq.2 5x5, seq.3 1x1 with the whole remaining stride, seq.4 norm; plus a strided
/// 1x1 of the input; leaky relu.
class SparseTernaryCoder::ExternalDown : public Callable<ExternalDown> {
 public:
  ExternalDown(std::int64_t in, std::int64_t out, std::int64_t ratio, const Place& place)
      : Callable(place),
        res_conv_({in, out, 1, true, {.stride = {ratio, ratio}}}, child("res_conv")),
        seq_(child("seq")),
        conv0_(conv(in, in, 3), seq_.child("0")),
        // Of the 5x5's results the 1x1 after it reads one in ratio * ratio: only those are computed.
        conv2_(conv(in, in, 5, ratio), seq_.child("2")),
        conv3_({in, out, 1, true}, seq_.child("3")),
        norm4_(out, seq_.child("4")),
        shortcut_(res_conv_),
        first_(conv0_, leaky),
        second_(conv2_),
        third_(conv3_, norm4_, leaky) {}
  Variable forward(const Variable& x) { return third_(second_(first_(x)), shortcut_(x)); }

 private:
  Conv2d res_conv_;
  Group seq_;
  Conv2d conv0_, conv2_, conv3_;
  BatchNorm2d norm4_;
  FusedConv2d shortcut_, first_, second_, third_;
};

/// Enlarged; seq.0, leaky relu, seq.2; plus a 1x1 of the enlarged input. Internal blocks: 5x5 in to out, 3x3
/// out to out. External ones: 3x3 in to in, 1x1 in to out.
class SparseTernaryCoder::Up : public Callable<Up> {
 public:
  struct Sizes {
    std::int64_t in, middle, out, first_kernel, second_kernel;
  };
  static Sizes internal(std::int64_t in, std::int64_t out) { return {in, out, out, 5, 3}; }
  static Sizes external(std::int64_t in, std::int64_t out) { return {in, in, out, 3, 1}; }

  Up(const Sizes& s, std::int64_t ratio, const Place& place)
      : Callable(place),
        ratio_(ratio),
        res_conv_(conv(s.in, s.out, 1), child("res_conv")),
        seq_(child("seq")),
        conv0_(conv(s.in, s.middle, s.first_kernel), seq_.child("0")),
        conv2_(conv(s.middle, s.out, s.second_kernel), seq_.child("2")),
        shortcut_(res_conv_),
        first_(conv0_, leaky),
        second_(conv2_) {}
  Variable forward(const Variable& x) {
    // A 1x1 convolution commutes with enlarging; before it, it is a fraction of the work.
    return second_(first_(enlarged(x, ratio_)), enlarged(shortcut_(x), ratio_));
  }

 private:
  std::int64_t ratio_;
  Conv2d res_conv_;
  Group seq_;
  Conv2d conv0_, conv2_;
  FusedConv2d shortcut_, first_, second_;
};

SparseTernaryCoder::SparseTernaryCoder(const SparseTernaryOptions& o, const Place& place)
    : Module(place),
      options_(checked(o)),
      trained_k_(o.k),
      encoder_(child("encoder")),
      down_int_(encoder_.child("down_blocks_int")),
      down_ext_(encoder_.child("down_blocks_ext")),
      to_channels_(conv(joined_channels(o), coded_channels(o), 1), encoder_.child("conv_channel")),
      indexer_(encoder_.child("conv_indexer")),
      projection_(projection(o), indexer_.child("proj")),
      decoder_(child("decoder")),
      deindexer_(decoder_.child("conv_deindexer")),
      from_channels_(conv(coded_channels(o), joined_channels(o), 1), decoder_.child("conv_channel")),
      up_int_(decoder_.child("up_blocks_int")),
      up_ext_(decoder_.child("up_blocks_ext")),
      beta_positive_(Tensor::zeros({o.k * o.num_code_maps})),
      beta_negative_(Tensor::zeros({o.k * o.num_code_maps})) {
  const auto& ratios = o.sampling_ratio_list;
  const auto& channels = o.channels_list;
  const std::size_t levels = ratios.size();
  for (std::size_t i = 0; i < levels; ++i) {
    const std::string index = std::to_string(i);
    internal_down_.push_back(
        std::make_unique<InternalDown>(channels[i], channels[i + 1], ratios[i], down_int_.child(index)));
    external_down_.push_back(std::make_unique<ExternalDown>(channels[i], channels.back(), ratio_from(o, i),
                                                            down_ext_.child(index)));
    // The decoder's levels run backwards.
    const std::size_t level = levels - 1 - i;
    internal_up_.push_back(std::make_unique<Up>(Up::internal(channels[level + 1], channels[level]),
                                                ratios[level], up_int_.child(index)));
    external_up_.push_back(std::make_unique<Up>(Up::external(channels.back(), channels[level]),
                                                ratio_from(o, level), up_ext_.child(index)));
  }
  // The tied weight is in published files under both names; it is one parameter.
  deindexer_.add_buffer("weight", projection_.weight.mutable_value());
  deindexer_.add_buffer("beta_pos", beta_positive_);
  deindexer_.add_buffer("beta_neg", beta_negative_);
}

SparseTernaryCoder::~SparseTernaryCoder() = default;

Variable SparseTernaryCoder::projected(const Variable& x) {
  const std::int64_t ratio = ratio_from(options_, 0);
  const Shape& s = x.shape();
  const std::int64_t least = ratio * options_.proj_filter_size;
  require(s.rank() == 4 && s[3] == options_.channels_list[0] && s[1] % ratio == 0 && s[2] % ratio == 0 &&
              s[1] >= least && s[2] >= least,
          "sparse_ternary",
          "x has the shape {}, expected [N,H,W,{}] with H and W divisible by {}, at least {}", s.str(),
          options_.channels_list[0], ratio, least);
  std::vector<Variable> parts;
  Variable level = x;
  for (std::size_t i = 0; i < internal_down_.size(); ++i) {
    parts.push_back((*external_down_[i])(level));
    level = (*internal_down_[i])(level);
  }
  parts.push_back(level);
  return projection_fused_(to_channels_fused_(concat(parts, channel_axis)));
}

TernaryCode SparseTernaryCoder::encode(const Variable& x, const Variable& channel_mask) {
  const Scope scope(name());
  Variable y = projected(x);
  const Shape s = y.shape();
  const std::int64_t c = options_.num_proj_channels, m = options_.num_code_maps;
  if (is_training() && channel_mask.defined()) {
    require(channel_mask.shape() == Shape{s[0], c * m}, "sparse_ternary",
            "the channel mask is {}, expected {}", channel_mask.shape().str(), Shape{s[0], c * m}.str());
    y = y * reshape(channel_mask, {s[0], 1, 1, c * m});
  }
  const Variable channels = reshape(y, {s[0], s[1], s[2], c, m});
  const TopK positive = top_k(channels, index_axis, options_.k);
  const TopK negative = top_k(negate(channels), index_axis, options_.k);
  const TernaryCode code{positive.values, negate(negative.values), positive.indices, negative.indices};
  if (is_training() && options_.k == trained_k_) {
    update_beta(beta_positive_, code.positive.value());
    update_beta(beta_negative_, code.negative.value());
  }
  return code;
}

void SparseTernaryCoder::update_beta(Tensor& beta, const Tensor& values) {
  const NoGradient no_gradient;
  const double momentum = options_.beta_momentum;
  const Variable of_batch = reshape(mean(Variable(values), kernels::Axes::of({0, 1, 2})), beta.shape());
  beta.copy_from((scale(Variable(beta), 1 - momentum) + scale(of_batch, momentum)).value());
}

Variable SparseTernaryCoder::decode(const TernaryCode& code) {
  const Shape s = code.positive.shape();
  const std::int64_t c = options_.num_proj_channels, m = options_.num_code_maps;
  require(s.rank() == 5 && s[4] == m && code.negative.shape() == s, "sparse_ternary",
          "codes {} and {} came, expected [N,h,w,k,{}] twice", s.str(), code.negative.shape().str(), m);
  const Tensor& values = code.positive.value();
  const Variable empty(values.full_like({s[0], s[1], s[2], c, m}, 0));
  return decode_dense(scatter(scatter(empty, code.positive_index, code.positive, index_axis),
                              code.negative_index, code.negative, index_axis));
}

Variable SparseTernaryCoder::decode_dense(const Variable& dense) {
  const Scope scope(name());
  const Shape s = dense.shape();
  const std::int64_t c = options_.num_proj_channels, m = options_.num_code_maps;
  require(s.rank() == 5 && s[3] == c && s[4] == m, "sparse_ternary",
          "channels {} came, expected [N,h,w,{},{}]", s.str(), c, m);
  const Variable channels = reshape(permute(dense, {0, 1, 2, 4, 3}), {s[0], s[1], s[2], c * m});
  const std::int64_t stride = options_.proj_filter_size / 4;
  const Variable back = conv_transpose2d(channels, projection_.weight, {},
                                         {.stride = stride, .groups = options_.num_proj_channels});
  const Variable joined = from_channels_fused_(back);
  const std::int64_t last = options_.channels_list.back();
  Variable y = slice(joined, channel_axis, 0, last);
  for (std::size_t i = 0; i < internal_up_.size(); ++i)
    y = (*internal_up_[i])(y) +
        (*external_up_[i])(slice(joined, channel_axis, last * std::int64_t(i + 1), last));
  return y;
}

TernaryCode SparseTernaryCoder::with_betas(const Tensor& positive_index, const Tensor& negative_index,
                                           bool by_rank) const {
  const Shape& s = positive_index.shape();
  require(s.rank() == 5 && s[4] == options_.num_code_maps && negative_index.shape() == s, "sparse_ternary",
          "places {} and {} came, expected [N,h,w,k,{}] twice", s.str(), negative_index.shape().str(),
          options_.num_code_maps);
  require(s[3] <= trained_k_, "sparse_ternary", "a code of k {} came, the network has betas for k up to {}",
          s[3], trained_k_);
  const auto values = [&](const Tensor& beta) {
    const Variable ranks = slice(Variable(beta.reshape({trained_k_, s[4]})), 0, 0, s[3]);
    const Variable each = by_rank ? ranks : mean(ranks, kernels::Axes::of({0}), true);
    return expand(reshape(each, {1, 1, 1, each.shape()[0], s[4]}), s);
  };
  return {values(beta_positive_), values(beta_negative_), positive_index, negative_index};
}

TernaryCode SparseTernaryCoder::quantized(const TernaryCode& code) const {
  return with_betas(code.positive_index, code.negative_index, true);
}

TernaryCode SparseTernaryCoder::signs_alone(const TernaryCode& code) const {
  return from_signs(code.positive_index, code.negative_index);
}

TernaryCode SparseTernaryCoder::from_signs(const Tensor& positive_index, const Tensor& negative_index) const {
  return with_betas(positive_index, negative_index, false);
}

std::int64_t SparseTernaryCoder::code_side(std::int64_t patch) const {
  const std::int64_t ratio = ratio_from(options_, 0), filter = options_.proj_filter_size;
  require(patch % ratio == 0 && patch >= ratio * filter, "sparse_ternary",
          "patches of {} came, expected a multiple of {}, at least {}", patch, ratio, ratio * filter);
  return (patch / ratio - filter) / (filter / 4) + 1;
}

void SparseTernaryCoder::set_k(std::int64_t k) {
  require(k >= 1 && 2 * k <= options_.num_proj_channels, "sparse_ternary", "k {} came, expected 1 to {}", k,
          options_.num_proj_channels / 2);
  options_.k = k;
}

}  // namespace scrim
