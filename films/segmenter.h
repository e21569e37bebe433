// Segmenters of organs: HybridGNet's U-Net, which names every pixel's organ, and HybridGNet, which draws
// landmarks along the organs' contours.
#pragma once

#include "models/networks/weight_files.h"

namespace scrim {

class Segmenter {
 public:
  /// image_size: side of the films, divisible by 32.
  Segmenter(const SegmenterSettings& settings, std::int64_t image_size, const Initializer& initializer);
  /// From a weight file of train_segmenter. Throws Error when it holds something else.
  static Segmenter load(const std::filesystem::path& weights);

  /// film[1,S,S,1] in [0,1], S = image_size: the organs' masks [1,S,S,organs] of 0 and 1. One film at a time:
  /// the networks' norms look at the whole batch.
  Tensor organ_masks(const Tensor& film);

  std::int64_t organs() const;
  /// As the weight file has them ("lungs"), else organ_0, organ_1, ...
  std::vector<std::string> organ_names() const;
  std::int64_t image_size() const { return image_size_; }
  const SegmenterSettings& settings() const { return settings_; }
  Module& network();
  /// Null unless it is of that kind.
  HybridUNet* unet() { return unet_.get(); }
  HybridGNet* hybridgnet() { return hybridgnet_.get(); }
  /// Weights, with the landmarks' graph, and the settings as metadata.
  TensorFile file() const;

 private:
  SegmenterSettings settings_;
  std::int64_t image_size_;
  std::string organ_names_;  // between commas
  std::unique_ptr<HybridUNet> unet_;
  std::unique_ptr<HybridGNet> hybridgnet_;
};

/// All organs of a film as one mask at its own size: film[1,H,W,1] to [1,H,W,1] in [0,1], what methods keep organs by.
Variable organ_mask(Segmenter& segmenter, const Tensor& film);

/// The organs of a film at its own size: film[1,H,W,1] to [1,H,W,organs] in [0,1], looked for at the
/// segmenter's size and enlarged (bilinear).
Tensor native_masks(Segmenter& segmenter, const Tensor& film);

}  // namespace scrim
