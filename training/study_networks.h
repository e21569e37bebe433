// The networks of the study as their weight files describe them: what is hidden in a film (generators), and
// who judges it (verifier, classifier). Their settings stand in the file's metadata, so that whoever loads
// the weights builds the same network.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "models/densenet.h"
#include "models/siamese_verifier.h"
#include "tensor/safetensors.h"
#include "training/network_facts.h"

namespace scrim {

// Settings
// -----------------------------------------------------------------------------------------

struct GeneratorSettings {
  std::string kind = "flow_field";
  std::int64_t init_features = 32;
  double mu = 0.01;
  std::string op = "corrected";
  std::string protection = "none";
  double noise_degree = 0.1;
  bool smooth = false;
  double noise_in_masks = 1;
};

template <class Visit>
void visit_fields(GeneratorSettings& g, const char* table, Visit&& visit) {
  visit(table, "kind", g.kind, "\"flow_field\", \"noise\" or \"privacy_net\"");
  visit(table, "init_features", g.init_features, "features of the first level; published 32, privacy_net 16");
  visit(table, "mu", g.mu, "flow_field: deformation degree; 0.01 moves a pixel by at most 1.3 of 256");
  visit(table, "operator", g.op, "flow_field: \"corrected\" or \"published\" (pulls the border inward)");
  visit(table, "protection", g.protection,
        "flow_field: masks are kept out by \"blend\" (their pixels stay) or \"field\" (the warp fades); "
        "\"none\"");
  visit(table, "noise_degree", g.noise_degree, "noise: largest change of gray, 0 to 1");
  visit(table, "smooth", g.smooth, "noise: the field is smoothed by a Gaussian");
  visit(table, "noise_in_masks", g.noise_in_masks, "noise: share of it that masked organs take, 0 to 1");
}

struct VerifierSettings {
  std::int64_t width = 64;
  std::vector<std::int64_t> layers = {3, 4, 6, 3};
  std::int64_t embed = 128;
};

template <class Visit>
void visit_fields(VerifierSettings& v, const char* table, Visit&& visit) {
  visit(table, "width", v.width, "features of the ResNet's first stage; ResNet-50: 64");
  visit(table, "layers", v.layers, "blocks of its stages; ResNet-50: [3, 4, 6, 3]");
  visit(table, "embed", v.embed, "numbers that stand for a film");
}

struct ClassifierSettings {
  std::int64_t growth = 32;
  std::vector<std::int64_t> blocks = {6, 12, 24, 16};
  std::int64_t init_features = 64, bn_size = 4;
};

template <class Visit>
void visit_fields(ClassifierSettings& c, const char* table, Visit&& visit) {
  visit(table, "growth", c.growth, "features that a layer adds; DenseNet-121: 32");
  visit(table, "blocks", c.blocks, "layers of the dense blocks; DenseNet-121: [6, 12, 24, 16]");
  visit(table, "init_features", c.init_features, "features of the first convolution; DenseNet-121: 64");
  visit(table, "bn_size", c.bn_size, "features of a layer's 1x1 convolution, times growth; 4");
}

/// Throw UsageError that names the key whose value does not make sense.
void check(const GeneratorSettings& settings, std::string_view table);
void check(const VerifierSettings& settings, std::string_view table);
void check(const ClassifierSettings& settings, std::string_view table);

/// Whether the generator spares organs or treats them in another way.
bool wants_masks(const GeneratorSettings& settings);

/// Settings as metadata of a weight file, and back; what a file does not say keeps its default.
Facts facts_of(GeneratorSettings settings);
Facts facts_of(VerifierSettings settings);
Facts facts_of(ClassifierSettings settings);

// Networks
// -----------------------------------------------------------------------------------------

/// Any of the generators behind one call.
class Anonymizer {
 public:
  Anonymizer(const GeneratorSettings& settings, const Initialiser& initialiser);
  /// From a weight file or checkpoint of scrim's, or a published state dict of the flow field's generator
  /// ("generator." before the names or not); `change` may alter the settings that the file says. In evaluation
  /// mode. Throws Error when it holds no generator.
  static Anonymizer load(
      const std::filesystem::path& weights,
      const std::function<void(GeneratorSettings&)>& change = [](GeneratorSettings&) {});

  struct Release {
    Variable film;  ///< of the shape of the film that came
    Variable
        displacement;  ///< where its pixels come from, relative to their places: [N,h,w,2], from -1 to 1 over
                       ///< the film; undefined for generators that move nothing
  };
  /// film[N,H,W,1] in [0,1], changed by what the network draws looking at `small`, the same films at the size that it
  /// was trained on (sides divisible by 16). mask[N,H,W,1], 1 = organ, where wants_masks().
  Release release(const Variable& film, const Variable& small, const Variable& mask) const {
    return release_(film, small, mask);
  }
  /// The same for films of that size.
  Variable operator()(const Variable& x, const Variable& mask) const { return release_(x, x, mask).film; }
  bool wants_masks() const { return scrim::wants_masks(settings_); }

  Module& generator() { return *generator_; }
  const Module& generator() const { return *generator_; }
  const GeneratorSettings& settings() const { return settings_; }
  std::int64_t image_size() const { return image_size_; }  ///< side of the films that it was trained on

 private:
  GeneratorSettings settings_;
  std::int64_t image_size_ = 256;
  std::unique_ptr<Module> network_;
  Module* generator_;  ///< the part of network_ that has weights
  std::function<Release(const Variable&, const Variable&, const Variable&)> release_;
};

ResNetOptions options_of(const VerifierSettings& settings);
DenseNetOptions options_of(const ClassifierSettings& settings);

/// A weight file that must hold this network, or say nothing of it. Throws Error otherwise.
TensorFile read_weights(const std::filesystem::path& path, std::string_view model);

template <class Network>
struct LoadedNetwork {
  std::unique_ptr<Network> network;
  std::int64_t image_size;  ///< side of the films that it was trained on
  Facts facts;              ///< its settings
};

/// Networks in evaluation mode from weight files; a file that says no settings holds the published network.
/// Throw Error when the weights do not fit.
LoadedNetwork<SiameseVerifier> load_verifier(const std::filesystem::path& weights);
LoadedNetwork<DenseNet> load_classifier(const std::filesystem::path& weights);

}  // namespace scrim
