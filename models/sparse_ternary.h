// PRIMIS's sparse ternary autoencoder (Ferdowsi et al., "Privacy-Preserving Image Sharing via Sparsifying
// Layers on Convolutional Groups", ICASSP 2020, is its model): a film's patches become codes that keep, at
// each position and for each of m code maps, only the k largest and the k smallest of c channels. Names as
// published.
//
//   encoder  a bank of blocks: internal ones halve level by level, external ones go from each level straight
//            to the last size; all joined, one 1x1 convolution to c*m channels, one grouped convolution (the
//            indexer's projection, filter f, stride f/4) to c*m channels read as channel i*m + j = (index i,
//            map j); top k of both signs along the indices
//   decoder  the codes put back to their places, channel i + c*j this time; the transposed projection with
//            the same (tied) weight; a 1x1 convolution; a bank of blocks that doubles (bilinear, half pixel)
#pragma once

#include <memory>

#include "layers/fused_conv2d.h"
#include "layers/group.h"

namespace scrim {

struct SparseTernaryOptions {
  std::vector<std::int64_t> sampling_ratio_list = {2, 2};  ///< of each level, >= 1
  std::vector<std::int64_t> channels_list = {1, 32, 64};   ///< of the film and of each level's features
  std::int64_t proj_filter_size = 8;                       ///< a multiple of 4
  std::int64_t num_proj_channels = 256;                    ///< c
  std::int64_t num_code_maps = 4;                          ///< m
  std::int64_t k = 16;                                     ///< 2k <= c
  double dropout = 0.08;  ///< of whole channels after the projection, in training
  double beta_momentum =
      1;  ///< beta = (1 - momentum) * beta + momentum * mean of a training batch; 1 as published
};

/// k values of each sign at each position, largest magnitude first: [N,h,w,k,m]; indices in [0, c).
struct TernaryCode {
  Variable positive, negative;
  Tensor positive_index, negative_index;
};

class SparseTernaryCoder : public Module {
 public:
  SparseTernaryCoder(const SparseTernaryOptions& options, const Place& place);
  ~SparseTernaryCoder() override;

  /// x[N,H,W,channels_list[0]]; sides divisible by the product of the ratios. In training,
  /// channel_mask[N,c*m] (zeros, and 1/(1-dropout)) multiplies the projected channels, and the means of the
  /// values become beta.
  TernaryCode encode(const Variable& x, const Variable& channel_mask = {});
  /// The film from its code.
  Variable decode(const TernaryCode& code);
  /// The same from every channel, [N,h,w,c,m]: what a code leaves out is zero.
  Variable decode_dense(const Variable& channels);
  /// The same code with every value replaced by beta of its rank, map and sign.
  TernaryCode quantized(const TernaryCode& code) const;
  /// The same code with every value replaced by the mean of those betas over its k ranks: all that signs and
  /// places say, when the order among them is not kept.
  TernaryCode signs_alone(const TernaryCode& code) const;
  /// Such a code from places: indices [N,h,w,k,m] in [0, c).
  TernaryCode from_signs(const Tensor& positive_index, const Tensor& negative_index) const;

  /// Another k at run time, 1 <= k, 2k <= c. quantized() and signs_alone() need k <= the trained one, whose
  /// betas exist.
  void set_k(std::int64_t k);
  /// Of a square patch's code: its height and width. Throws Error for a patch that encode() does not take.
  std::int64_t code_side(std::int64_t patch) const;
  const SparseTernaryOptions& options() const { return options_; }

 private:
  class InternalDown;
  class ExternalDown;
  class Up;

  Variable projected(const Variable& x);
  TernaryCode with_betas(const Tensor& positive_index, const Tensor& negative_index, bool by_rank) const;
  void update_beta(Tensor& beta, const Tensor& values);

  SparseTernaryOptions options_;
  std::int64_t trained_k_;
  Group encoder_, down_int_, down_ext_;
  Conv2d to_channels_;
  Group indexer_;
  Conv2d projection_;
  Group decoder_, deindexer_;
  Conv2d from_channels_;
  Group up_int_, up_ext_;
  std::vector<std::unique_ptr<InternalDown>> internal_down_;
  std::vector<std::unique_ptr<ExternalDown>> external_down_;
  std::vector<std::unique_ptr<Up>> internal_up_, external_up_;
  FusedConv2d to_channels_fused_{to_channels_}, projection_fused_{projection_},
      from_channels_fused_{from_channels_};
  Tensor beta_positive_, beta_negative_;  ///< [k*m], rank-major
};

}  // namespace scrim
