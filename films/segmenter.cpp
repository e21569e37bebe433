#include "films/segmenter.h"

#include <algorithm>

#include "autograd/ops/reduce.h"
#include "films/film_set.h"
#include "films/organ_mask.h"
#include "kernels/resize/resize.h"
#include "tensor/compute_device.h"

namespace scrim {
namespace {

HybridGNetSettings gnet_settings(const SegmenterSettings& s) {
  HybridGNetSettings settings = s.hybridgnet;
  settings.c = s.c;
  return settings;
}

}  // namespace

Segmenter::Segmenter(const SegmenterSettings& s, std::int64_t image_size, const Initializer& initializer)
    : settings_(s), image_size_(image_size) {
  check(s, "model");
  if (s.kind == "unet")
    unet_ = build(HybridUNetSettings{s.c, s.unet.organs}, initializer);
  else
    hybridgnet_ = build(gnet_settings(s), image_size, initializer);
}

Segmenter Segmenter::load(const std::filesystem::path& weights) {
  TensorFile file = read_weight_file(weights);
  const auto model = file.metadata.find("model");
  require(model != file.metadata.end() && (model->second == "hybrid_unet" || model->second == "hybridgnet"),
          "weights", "{} is not a segmenter of scrim", weights.string());
  Segmenter segmenter(settings_from_fields<SegmenterSettings>(file.metadata),
                      image_size_from(file.metadata, 1024), Initializer::none());
  if (segmenter.unet_)
    load_weights(*segmenter.unet_, std::move(file.tensors));
  else
    load_weights(*segmenter.hybridgnet_, std::move(file.tensors));
  segmenter.network().set_training(false);
  segmenter.network().to(compute_device());
  if (const auto names = file.metadata.find("organs"); names != file.metadata.end())
    segmenter.organ_names_ = names->second;
  return segmenter;
}

std::int64_t Segmenter::organs() const {
  return unet_ ? settings_.unet.organs : std::int64_t(settings_.hybridgnet.landmarks.size());
}

std::vector<std::string> Segmenter::organ_names() const {
  std::vector<std::string> names;
  for (const std::string_view name : split(organ_names_, ',')) names.emplace_back(name);
  const bool usable =
      std::int64_t(names.size()) == organs() && std::none_of(names.begin(), names.end(), [](auto& n) {
        return n.empty() || n[0] == '.' || n.find('/') != std::string::npos;
      });
  if (usable) return names;
  names.clear();
  for (std::int64_t i = 0; i < organs(); ++i) names.push_back(fmt::format("organ_{}", i));
  return names;
}

Module& Segmenter::network() {
  if (unet_) return *unet_;
  return *hybridgnet_;
}

Tensor Segmenter::organ_masks(const Tensor& film) {
  const NoGradient no_gradient;
  network().set_training(false);
  if (hybridgnet_)
    return scrim::organ_masks(to_host((*hybridgnet_)(to_compute_device(film)).landmarks.value()),
                              settings_.hybridgnet.landmarks, image_size_, image_size_);
  const Tensor logits = to_host((*unet_)(to_compute_device(film)).value());
  const std::int64_t classes = organs() + 1;
  Tensor masks = Tensor::zeros({1, image_size_, image_size_, organs()});
  const auto in = logits.data<float>();
  const auto out = masks.mutable_data<float>();
  for (std::int64_t pixel = 0; pixel < image_size_ * image_size_; ++pixel) {
    const auto first = in.begin() + pixel * classes;
    const auto organ = std::max_element(first, first + classes) - first;
    if (organ > 0) out[std::size_t(pixel * organs() + organ - 1)] = 1;
  }
  return masks;
}

TensorFile Segmenter::file() const {
  TensorFile file{unet_ ? weights_of(*unet_) : weights_of(*hybridgnet_), facts_of(settings_)};
  file.metadata["image_size"] = std::to_string(image_size_);
  return file;
}

Variable organ_mask(Segmenter& segmenter, const Tensor& film) {
  const NoGradient no_gradient;
  return largest(to_compute_device(native_masks(segmenter, film)), kernels::Axes::of({3}), true);
}

Tensor native_masks(Segmenter& segmenter, const Tensor& film) {
  const Tensor masks =
      segmenter.organ_masks(resized_film(film, segmenter.image_size(), segmenter.image_size()));
  if (film.size(1) == masks.size(1) && film.size(2) == masks.size(2)) return masks;
  Tensor native = Tensor::empty({1, film.size(1), film.size(2), segmenter.organs()});
  kernels::resize_forward(masks.view(), native.mutable_view(), {kernels::ResizeMode::antialiased});
  return native;
}

}  // namespace scrim
