// Networks from weight files. A file's metadata says which network it holds and with which settings; a file that says
// nothing holds the published network.
#pragma once

#include <filesystem>
#include <memory>

#include "base/config/facts.h"
#include "models/networks/build_network.h"
#include "models/networks/builtin_weights.h"
#include "tensor/compute_device.h"
#include "tensor/safetensors.h"

namespace scrim {

/// What the metadata says of a network with these settings: its name as "model", and every field.
Facts facts_of(const FlowUNetSettings& settings);
Facts facts_of(const VerifierSettings& settings);
Facts facts_of(const MatcherSettings& settings);
Facts facts_of(const ClassifierSettings& settings);
Facts facts_of(const SegmenterSettings& settings);
Facts facts_of(const SparseCoderSettings& settings);

/// A weight file that must hold this network, or say nothing of it. Throws Error otherwise.
TensorFile read_weights(const std::filesystem::path& path, std::string_view network);

/// The side of the films that a network was trained on. Throws Error when it makes no sense.
std::int64_t image_size_from(const Facts& facts, std::int64_t otherwise);

/// A network in evaluation mode on compute_device().
template <class Network, class Settings>
struct LoadedNetwork {
  std::unique_ptr<Network> network;
  Settings settings;
  std::int64_t image_size;  ///< side of the films that it was trained on
};

/// Throws Error when the file holds another network or its weights do not fit.
template <class Settings>
auto load_network(const std::filesystem::path& path) {
  TensorFile file = read_weights(path, Settings::network);
  const auto settings = settings_from_fields<Settings>(file.metadata);
  auto network = build(settings, Initializer::none());
  load_weights(*network, std::move(file.tensors));
  network->set_training(false);
  network->to(compute_device());
  const std::int64_t size = image_size_from(file.metadata, Settings::published_image_size);
  return LoadedNetwork<typename decltype(network)::element_type, Settings>{std::move(network), settings,
                                                                           size};
}

using LoadedVerifier = LoadedNetwork<SiameseVerifier, VerifierSettings>;
using LoadedClassifier = LoadedNetwork<DenseNet, ClassifierSettings>;
using LoadedCoder = LoadedNetwork<SparseTernaryCoder, SparseCoderSettings>;
LoadedVerifier load_verifier(const std::filesystem::path& weights);
LoadedClassifier load_classifier(const std::filesystem::path& weights);
LoadedCoder load_sparse_coder(const std::filesystem::path& weights);

}  // namespace scrim
