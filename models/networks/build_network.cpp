#include "models/networks/build_network.h"

#include <cstring>

namespace scrim {
namespace {

constexpr const char* settings_table = "settings";
constexpr std::string_view graph_prefix = "graph.";

/// Takes the landmark graph's tensors out of a state dict.
State take_graph(State& state) {
  State graph;
  for (auto entry = state.begin(); entry != state.end();) {
    if (!entry->first.starts_with(graph_prefix)) {
      ++entry;
      continue;
    }
    graph[entry->first] = entry->second;
    entry = state.erase(entry);
  }
  return graph;
}

}  // namespace

std::unique_ptr<UNet> build(const FlowUNetSettings& s, const Initializer& initializer) {
  check(s, settings_table);
  return std::make_unique<UNet>(UNetOptions{s.in_channels, s.out_channels, s.init_features}, initializer);
}

std::unique_ptr<FlowAnonymizer> build(const FlowAnonymizerSettings& s, const Initializer& initializer) {
  check(s, settings_table);
  return std::make_unique<FlowAnonymizer>(
      FlowAnonymizerOptions{s.init_features, warp_options(s.mu, s.op), protection_named(s.protection)},
      initializer);
}

std::unique_ptr<NoiseAnonymizer> build(const NoiseAnonymizerSettings& s, const Initializer& initializer) {
  check(s, settings_table);
  return std::make_unique<NoiseAnonymizer>(NoiseAnonymizerOptions{s.init_features, s.noise_degree, s.smooth},
                                           initializer);
}

std::unique_ptr<PrivacyNet> build(const PrivacyNetSettings& s, const Initializer& initializer) {
  check(s, settings_table);
  return std::make_unique<PrivacyNet>(PrivacyNetOptions{s.in_channels, s.out_channels, s.init_features},
                                      initializer);
}

std::unique_ptr<SiameseVerifier> build(const VerifierSettings& s, const Initializer& initializer) {
  check(s, settings_table);
  return std::make_unique<SiameseVerifier>(ResNetOptions{s.width, s.layers, s.embed, s.stem_pool, s.grid},
                                           initializer);
}

std::unique_ptr<PatchMatcher> build(const MatcherSettings& s, const Initializer& initializer) {
  check(s, settings_table);
  return std::make_unique<PatchMatcher>(PatchMatcherOptions{s.width, s.embed}, initializer);
}

std::unique_ptr<DenseNet> build(const ClassifierSettings& s, const Initializer& initializer) {
  check(s, settings_table);
  return std::make_unique<DenseNet>(
      DenseNetOptions{s.growth, s.blocks, s.init_features, s.bn_size, s.num_labels, s.linear_memory},
      initializer);
}

std::unique_ptr<HybridUNet> build(const HybridUNetSettings& s, const Initializer& initializer) {
  check(s, settings_table);
  return std::make_unique<HybridUNet>(HybridUNetOptions{s.c, s.organs + 1}, initializer);
}

std::unique_ptr<HybridGNet> build(const HybridGNetSettings& s, std::int64_t image_size,
                                  const Initializer& initializer) {
  check(s, settings_table);
  const Contour contour = s.contour == "closed" ? Contour::closed : Contour::published;
  return std::make_unique<HybridGNet>(HybridGNetOptions{.inputsize = image_size,
                                                        .c = s.c,
                                                        .latents = s.latents,
                                                        .f = s.f,
                                                        .K = s.K,
                                                        .window = s.window,
                                                        .roi_sampling = s.roi_sampling,
                                                        .organs = s.landmarks,
                                                        .contour = contour},
                                      initializer);
}

std::unique_ptr<SparseTernaryCoder> build(const SparseCoderSettings& s, const Initializer& initializer) {
  check(s, settings_table);
  return std::make_unique<SparseTernaryCoder>(
      SparseTernaryOptions{s.sampling_ratio_list, s.channels_list, s.proj_filter_size, s.num_proj_channels,
                           s.num_code_maps, s.k, s.dropout, s.beta_momentum},
      initializer);
}

void load_weights(Module& network, State state) {
  network.load_state(std::move(state));
}

void load_weights(HybridGNet& network, State state) {
  if (const State graph = take_graph(state); !graph.empty()) network.set_graph(graph_from_tensors(graph));
  for (int skip : {1, 2})
    if (auto entry = state.extract(fmt::format("graphConv_pre{}.lins.0.weight", skip))) {
      entry.key() = fmt::format("SC_{}.graphConv_pre.lins.0.weight", skip);
      state.insert(std::move(entry));
    }
  network.load_state(std::move(state));
}

void load_weights(SparseTernaryCoder& network, State state) {
  const auto encoder = state.find("encoder.conv_indexer.proj.weight"),
             decoder = state.find("decoder.conv_deindexer.weight");
  if (encoder != state.end() && decoder != state.end() &&
      encoder->second.shape() == decoder->second.shape() &&
      encoder->second.dtype() == decoder->second.dtype())
    require(
        std::memcmp(encoder->second.view().data, decoder->second.view().data, encoder->second.bytes()) == 0,
        "weights",
        "encoder.conv_indexer.proj.weight and decoder.conv_deindexer.weight differ, expected one tied "
        "weight");
  network.load_state(std::move(state));
}

State weights_of(const Module& network) {
  return network.state();
}

State weights_of(const HybridGNet& network) {
  State state = network.state();
  for (auto& [name, tensor] : graph_tensors(network.graph())) state[name] = tensor;
  return state;
}

}  // namespace scrim
