#include "training/segmenter.h"

#include <algorithm>
#include <sstream>

#include "kernels/resize/resize.h"
#include "models/organ_mask.h"
#include "tensor/compute_device.h"
#include "training/film_set.h"
#include "training/network_facts.h"
#include "training/settings.h"
#include "weights/builtin_weights.h"

namespace scrim {

void check(const SegmenterSettings& s, std::string_view table) {
  const auto key = [&](const char* name) { return fmt::format("{}.{}", table, name); };
  expect(s.kind == "unet" || s.kind == "hybridgnet", key("kind"), s.kind, "\"unet\" or \"hybridgnet\"");
  check_range(table, "c", double(s.c), 1, 64);
  check_range(table, "unet_organs", double(s.unet_organs), 1, 32);
  expect(!s.landmarks.empty() && s.landmarks.size() <= 32, key("landmarks"), s.landmarks.size(),
         "landmarks of 1 to 32 organs");
  for (const std::int64_t count : s.landmarks) check_range(table, "landmarks", double(count), 4, 1000);
  check_range(table, "latents", double(s.latents), 1, 4096);
  check_range(table, "f", double(s.f), 1, 512);
  check_range(table, "K", double(s.K), 1, 16);
  expect(s.window >= 1 && s.window <= 15 && s.window % 2 == 1, key("window"), s.window,
         "an odd number of 1 to 15");
}

Facts facts_of(SegmenterSettings settings) {
  Facts facts = facts_from_fields(settings);
  facts["model"] = settings.kind == "unet" ? "hybrid_unet" : "hybridgnet";
  return facts;
}

Segmenter::Segmenter(const SegmenterSettings& s, std::int64_t image_size, const Initialiser& initialiser)
    : settings_(s), image_size_(image_size) {
  check(s, "model");
  if (s.kind == "unet") {
    unet_ = std::make_unique<HybridUNet>(HybridUNetOptions{s.c, s.unet_organs + 1}, initialiser);
  } else {
    HybridGNetOptions options;
    options.inputsize = image_size;
    options.c = s.c;
    options.latents = s.latents;
    options.f = s.f;
    options.K = s.K;
    options.window = s.window;
    options.organs = s.landmarks;
    hybridgnet_ = std::make_unique<HybridGNet>(options, initialiser);
  }
}

Segmenter Segmenter::load(const std::filesystem::path& weights) {
  TensorFile file = read_weight_file(weights);
  const auto model = file.metadata.find("model");
  require(model != file.metadata.end() && (model->second == "hybrid_unet" || model->second == "hybridgnet"),
          "weights", "{} holds no segmenter of scrim's", weights.string());
  Segmenter segmenter(settings_from_fields<SegmenterSettings>(file.metadata),
                      image_size_from(file.metadata, 1024), Initialiser::none());
  State graph;
  for (auto entry = file.tensors.begin(); entry != file.tensors.end();) {
    if (!entry->first.starts_with("graph.")) {
      ++entry;
      continue;
    }
    graph[entry->first] = entry->second;
    entry = file.tensors.erase(entry);
  }
  if (segmenter.hybridgnet_) segmenter.hybridgnet_->set_graph(graph_from_tensors(graph));
  segmenter.network().load_state(std::move(file.tensors));
  segmenter.network().set_training(false);
  segmenter.network().to(compute_device());
  if (const auto names = file.metadata.find("organs"); names != file.metadata.end())
    segmenter.organ_names_ = names->second;
  return segmenter;
}

std::int64_t Segmenter::organs() const {
  return unet_ ? settings_.unet_organs : std::int64_t(settings_.landmarks.size());
}

std::vector<std::string> Segmenter::organ_names() const {
  std::vector<std::string> names;
  std::istringstream text(organ_names_);
  for (std::string name; std::getline(text, name, ',');) names.push_back(name);
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
                              settings_.landmarks, image_size_, image_size_);
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
  TensorFile file{unet_ ? unet_->state() : hybridgnet_->state(), facts_of(settings_)};
  if (hybridgnet_)
    for (auto& [name, tensor] : graph_tensors(hybridgnet_->graph())) file.tensors[name] = tensor;
  file.metadata["image_size"] = std::to_string(image_size_);
  return file;
}

Tensor native_masks(Segmenter& segmenter, const Tensor& film) {
  const Tensor masks = segmenter.organ_masks(resized_film(film, segmenter.image_size()));
  if (film.size(1) == masks.size(1) && film.size(2) == masks.size(2)) return masks;
  Tensor native = Tensor::empty({1, film.size(1), film.size(2), segmenter.organs()});
  kernels::resize_forward(masks.view(), native.mutable_view(), {kernels::ResizeMode::antialiased});
  return native;
}

}  // namespace scrim
