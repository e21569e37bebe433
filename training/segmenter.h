// Segmenters of organs: HybridGNet's U-Net, which names every pixel's organ, and HybridGNet, which draws
// landmarks along the organs' contours.
#pragma once

#include "models/hybrid_unet.h"
#include "models/hybridgnet.h"
#include "training/study_networks.h"

namespace scrim {

struct SegmenterSettings {
  std::string kind = "unet";
  std::int64_t c = 4;
  std::int64_t unet_organs = 2;
  std::vector<std::int64_t> landmarks = {44, 50, 26};
  std::int64_t latents = 64, f = 32, K = 6, window = 3;
};

template <class Visit>
void visit_fields(SegmenterSettings& s, const char* table, Visit&& visit) {
  visit(table, "kind", s.kind, "\"unet\" (from masks) or \"hybridgnet\" (from landmarks)");
  visit(table, "c", s.c, "features of the encoder: 2c, 4c, 8c, 16c, 32c");
  visit(table, "unet_organs", s.unet_organs, "unet: organs beside the background; one folder of masks each");
  visit(table, "landmarks", s.landmarks, "hybridgnet: landmarks of each organ; published [44, 50, 26]");
  visit(table, "latents", s.latents, "hybridgnet: size of the latent");
  visit(table, "f", s.f, "hybridgnet: features of the graph decoder");
  visit(table, "K", s.K, "hybridgnet: order of its Chebyshev convolutions");
  visit(table, "window", s.window, "hybridgnet: side of the window that a skip looks at; odd");
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const SegmenterSettings& settings, std::string_view table);
Facts facts_of(SegmenterSettings settings);

class Segmenter {
 public:
  /// image_size: side of the films, divisible by 32.
  Segmenter(const SegmenterSettings& settings, std::int64_t image_size, const Initialiser& initialiser);
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

/// The organs of a film at its own size: film[1,H,W,1] to [1,H,W,organs] in [0,1], looked for at the
/// segmenter's size and enlarged (bilinear).
Tensor native_masks(Segmenter& segmenter, const Tensor& film);

}  // namespace scrim
