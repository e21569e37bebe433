// The settings of every network: one list of fields (visit_fields) reads them from configurations, command lines and weight
// files, prints them, and documents them. What is here is published at its default, but for the two that say otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scrim {

// Generators: what methods draw with. visit_drawing_fields leaves out init_features, which all of them have.
// ---------------------------------------------------------------------------------------------------------

constexpr const char* init_features_help = "features of the first level; published 32, privacy_net 16";

/// The U-Net of PriCheXy-Net alone.
struct FlowUNetSettings {
  static constexpr const char* network = "flow_unet";
  static constexpr std::int64_t published_image_size = 256;
  std::int64_t in_channels = 1, out_channels = 2, init_features = 32;
};
template <class Visit>
void visit_fields(FlowUNetSettings& s, const char* table, Visit&& visit) {
  visit(table, "in_channels", s.in_channels, "channels of the image");
  visit(table, "out_channels", s.out_channels, "channels of the field");
  visit(table, "init_features", s.init_features, init_features_help);
}

struct FlowAnonymizerSettings {
  std::int64_t init_features = 32;
  double mu = 0.01;
  std::string op = "corrected";
  std::string protection = "none";
};
template <class Visit>
void visit_drawing_fields(FlowAnonymizerSettings& s, const char* table, Visit&& visit) {
  visit(table, "mu", s.mu, "flow_field: deformation degree; 0.01 moves a pixel by at most 1.3 of 256");
  visit(table, "operator", s.op, "flow_field: \"corrected\" or \"published\" (pulls the border inward)");
  visit(table, "protection", s.protection,
        "flow_field: how organs are kept: \"blend\" (their pixels stay), \"field\" (the warp fades) or "
        "\"none\"");
}
template <class Visit>
void visit_fields(FlowAnonymizerSettings& s, const char* table, Visit&& visit) {
  visit(table, "init_features", s.init_features, init_features_help);
  visit_drawing_fields(s, table, visit);
}

struct NoiseAnonymizerSettings {
  std::int64_t init_features = 32;
  double noise_degree = 0.1;
  bool smooth = false;
};
template <class Visit>
void visit_drawing_fields(NoiseAnonymizerSettings& s, const char* table, Visit&& visit) {
  visit(table, "noise_degree", s.noise_degree, "noise: largest change of gray, 0 to 1");
  visit(table, "smooth", s.smooth, "noise: smooth the field by a Gaussian");
}
template <class Visit>
void visit_fields(NoiseAnonymizerSettings& s, const char* table, Visit&& visit) {
  visit(table, "init_features", s.init_features, init_features_help);
  visit_drawing_fields(s, table, visit);
}

struct PrivacyNetSettings {
  std::int64_t in_channels = 1, out_channels = 1, init_features = 16;
};
template <class Visit>
void visit_fields(PrivacyNetSettings& s, const char* table, Visit&& visit) {
  visit(table, "in_channels", s.in_channels, "channels of the image");
  visit(table, "out_channels", s.out_channels, "channels of the result");
  visit(table, "init_features", s.init_features, init_features_help);
}

// Judges
// ---------------------------------------------------------------------------------------------------------

struct VerifierSettings {
  static constexpr const char* network = "siamese_verifier";
  static constexpr std::int64_t published_image_size = 256;
  std::int64_t width = 64;
  std::vector<std::int64_t> layers = {3, 4, 6, 3};
  std::int64_t embed = 128;
  bool stem_pool = true;
  std::int64_t grid = 1;
};
template <class Visit>
void visit_fields(VerifierSettings& v, const char* table, Visit&& visit) {
  visit(table, "width", v.width, "features of the ResNet's first stage; ResNet-50: 64");
  visit(table, "layers", v.layers, "blocks of its stages; ResNet-50: [3, 4, 6, 3]");
  visit(table, "embed", v.embed, "length of a film's embedding");
  visit(table, "stem_pool", v.stem_pool,
        "max pool after the first convolution, as published; false keeps more places of small films, 4 times "
        "the work");
  visit(table, "grid", v.grid,
        "the last features are averaged over grid x grid parts of a film; 1 = over the whole film, as "
        "published");
}

/// What learns which places of two films show the same anatomy.
struct MatcherSettings {
  static constexpr const char* network = "patch_matcher";
  static constexpr std::int64_t published_image_size = 64;
  std::int64_t width = 16, embed = 48;
};
template <class Visit>
void visit_fields(MatcherSettings& m, const char* table, Visit&& visit) {
  visit(table, "width", m.width, "features of the first convolution of the network that compares places");
  visit(table, "embed", m.embed, "features of a place");
}

struct ClassifierSettings {
  static constexpr const char* network = "densenet_classifier";
  static constexpr std::int64_t published_image_size = 224;
  std::int64_t growth = 32;
  std::vector<std::int64_t> blocks = {6, 12, 24, 16};
  std::int64_t init_features = 64, bn_size = 4, num_labels = 14;
  bool linear_memory = false;
};
template <class Visit>
void visit_fields(ClassifierSettings& c, const char* table, Visit&& visit) {
  visit(table, "growth", c.growth, "features added per layer; DenseNet-121: 32");
  visit(table, "blocks", c.blocks, "layers of the dense blocks; DenseNet-121: [6, 12, 24, 16]");
  visit(table, "init_features", c.init_features, "features of the first convolution; DenseNet-121: 64");
  visit(table, "bn_size", c.bn_size,
        "features of a layer's 1x1 convolution, in units of growth; DenseNet-121: 4");
  visit(table, "num_labels", c.num_labels, "outputs; NIH ChestX-ray14 has 14 findings");
  visit(table, "linear_memory", c.linear_memory,
        "recompute activations in backward: half the memory, slower");
}

// Segmenters. visit_own_fields leaves out c, which both have.
// ---------------------------------------------------------------------------------------------------------

constexpr const char* encoder_help = "features of the encoder: 2c, 4c, 8c, 16c, 32c";

struct HybridUNetSettings {
  std::int64_t c = 4, organs = 2;
};
template <class Visit>
void visit_own_fields(HybridUNetSettings& s, const char* table, Visit&& visit) {
  visit(table, "unet_organs", s.organs, "unet: number of organs, one folder of masks each");
}
template <class Visit>
void visit_fields(HybridUNetSettings& s, const char* table, Visit&& visit) {
  visit(table, "c", s.c, encoder_help);
  visit_own_fields(s, table, visit);
}

/// The contour is closed at its default: the published one copies a landmark where it should interpolate.
struct HybridGNetSettings {
  std::int64_t c = 4;
  std::vector<std::int64_t> landmarks = {44, 50, 26};
  std::int64_t latents = 64, f = 32, K = 6, window = 3, roi_sampling = 3;
  std::string contour = "closed";
};
template <class Visit>
void visit_own_fields(HybridGNetSettings& s, const char* table, Visit&& visit) {
  visit(table, "landmarks", s.landmarks, "hybridgnet: landmarks of each organ; published [44, 50, 26]");
  visit(table, "latents", s.latents, "hybridgnet: size of the latent");
  visit(table, "f", s.f, "hybridgnet: features of the graph decoder");
  visit(table, "K", s.K, "hybridgnet: order of its Chebyshev convolutions");
  visit(table, "window", s.window, "hybridgnet: side of the window of a skip; odd");
  visit(table, "roi_sampling", s.roi_sampling,
        "hybridgnet: samples per side of that window; 0 = adaptive, as published");
  visit(table, "contour", s.contour, "hybridgnet: upsampling of contours, \"closed\" or \"published\"");
}
template <class Visit>
void visit_fields(HybridGNetSettings& s, const char* table, Visit&& visit) {
  visit(table, "c", s.c, encoder_help);
  visit_own_fields(s, table, visit);
}

/// Either of the two.
struct SegmenterSettings {
  std::string kind = "unet";
  std::int64_t c = 4;
  HybridUNetSettings unet;
  HybridGNetSettings hybridgnet;
};
template <class Visit>
void visit_fields(SegmenterSettings& s, const char* table, Visit&& visit) {
  visit(table, "kind", s.kind, "\"unet\" (from masks) or \"hybridgnet\" (from landmarks)");
  visit(table, "c", s.c, encoder_help);
  visit_own_fields(s.unet, table, visit);
  visit_own_fields(s.hybridgnet, table, visit);
}

// Image sharing
// ---------------------------------------------------------------------------------------------------------

/// PRIMIS. beta is a running mean at its default; published, it is the last batch's (beta_momentum 1).
struct SparseCoderSettings {
  static constexpr const char* network = "sparse_ternary";
  static constexpr std::int64_t published_image_size = 512;
  std::vector<std::int64_t> sampling_ratio_list = {2, 2};
  std::vector<std::int64_t> channels_list = {1, 32, 64};
  std::int64_t proj_filter_size = 8;
  std::int64_t num_proj_channels = 256;
  std::int64_t num_code_maps = 4;
  std::int64_t k = 16;
  double dropout = 0.08;
  double beta_momentum = 0.1;
  std::int64_t patch_size = 64;
};
template <class Visit>
void visit_fields(SparseCoderSettings& s, const char* table, Visit&& visit) {
  visit(table, "sampling_ratio_list", s.sampling_ratio_list, "by how much each level shrinks a patch");
  visit(table, "channels_list", s.channels_list, "features of the film (1) and of each level");
  visit(table, "proj_filter_size", s.proj_filter_size, "side of the projection's filter; a multiple of 4");
  visit(table, "num_proj_channels", s.num_proj_channels, "c: channels of a code map; 2k are kept");
  visit(table, "num_code_maps", s.num_code_maps, "m, code maps");
  visit(table, "k", s.k, "values of each sign kept at each position");
  visit(table, "dropout", s.dropout, "dropout of projected channels in training");
  visit(table, "beta_momentum", s.beta_momentum, "momentum of the running means of code values; published 1");
  visit(table, "patch_size", s.patch_size, "side of a patch, pixels");
}

/// Throw UsageError that names the key whose value does not make sense.
void check(const FlowUNetSettings& settings, std::string_view table);
void check(const FlowAnonymizerSettings& settings, std::string_view table);
void check(const NoiseAnonymizerSettings& settings, std::string_view table);
void check(const PrivacyNetSettings& settings, std::string_view table);
void check(const VerifierSettings& settings, std::string_view table);
void check(const MatcherSettings& settings, std::string_view table);
void check(const ClassifierSettings& settings, std::string_view table);
void check(const HybridUNetSettings& settings, std::string_view table);
void check(const HybridGNetSettings& settings, std::string_view table);
void check(const SegmenterSettings& settings, std::string_view table);
void check(const SparseCoderSettings& settings, std::string_view table);

}  // namespace scrim
