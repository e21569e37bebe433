#include "training/study_networks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "autograd/binary.h"
#include "autograd/resize.h"
#include "autograd/unary.h"
#include "models/noise_anonymizer.h"
#include "models/privacy_net.h"
#include "models/protected_anonymizer.h"
#include "tensor/compute_device.h"
#include "training/network_facts.h"
#include "training/settings.h"
#include "weights/builtin_weights.h"

namespace scrim {
namespace {

void check_layers(std::string_view table, const char* key, const std::vector<std::int64_t>& layers) {
  bool sane = layers.size() == 4;
  for (const std::int64_t count : layers) sane &= count >= 1 && count <= 256;
  expect(sane, fmt::format("{}.{}", table, key), fmt::format("[{}]", fmt::join(layers, ", ")),
         "four numbers of 1 to 256");
}

constexpr std::pair<std::string_view, std::string_view> models_of_kinds[] = {
    {"flow_field", "flow_anonymizer"}, {"noise", "noise_anonymizer"}, {"privacy_net", "privacy_net"}};

/// The generator's tensors under its own names. A published state dict may have "generator." before them; a
/// checkpoint has "generator.model." before its own and other things beside.
State generator_state(TensorFile& file) {
  const bool is_checkpoint = file.metadata.contains("step_in_epoch");
  State state;
  for (auto& [name, tensor] : file.tensors) {
    std::string_view short_name = name;
    if (is_checkpoint && !short_name.starts_with("generator.model.")) continue;
    for (std::string_view prefix : {"generator.", "model."})
      if (short_name.starts_with(prefix)) short_name.remove_prefix(prefix.size());
    state[std::string(short_name)] = std::move(tensor);
  }
  return state;
}

template <class Network, class Settings>
LoadedNetwork<Network> load_judge(const std::filesystem::path& path, std::string_view model,
                                  std::int64_t published_size) {
  TensorFile file = read_weights(path, model);
  const auto settings = settings_from_fields<Settings>(file.metadata);
  LoadedNetwork<Network> loaded{std::make_unique<Network>(options_of(settings), Initialiser::none()),
                                image_size_from(file.metadata, published_size), facts_of(settings)};
  loaded.network->load_state(std::move(file.tensors));
  loaded.network->set_training(false);
  loaded.network->to(compute_device());
  return loaded;
}

}  // namespace

TensorFile read_weights(const std::filesystem::path& path, std::string_view model) {
  TensorFile file = read_weight_file(path);
  const auto name = file.metadata.find("model");
  require(name == file.metadata.end() || name->second == model, "weights", "{} holds a {}, expected a {}",
          path.string(), name == file.metadata.end() ? "" : name->second, model);
  return file;
}

void check(const GeneratorSettings& g, std::string_view table) {
  bool known = false;
  for (const auto& [kind, model] : models_of_kinds) known |= g.kind == kind;
  expect(known, fmt::format("{}.kind", table), g.kind, "\"flow_field\", \"noise\" or \"privacy_net\"");
  check_range(table, "init_features", double(g.init_features), 1, 256);
  check_range(table, "mu", g.mu, 0, 1);
  warp_options(g.mu, g.op);
  expect(g.protection == "none" || g.protection == "blend" || g.protection == "field",
         fmt::format("{}.protection", table), g.protection, "\"none\", \"blend\" or \"field\"");
  check_range(table, "noise_degree", g.noise_degree, 0, 1);
  check_range(table, "noise_in_masks", g.noise_in_masks, 0, 1);
}

void check(const VerifierSettings& v, std::string_view table) {
  check_range(table, "width", double(v.width), 1, 512);
  check_layers(table, "layers", v.layers);
  check_range(table, "embed", double(v.embed), 1, 4096);
}

void check(const ClassifierSettings& c, std::string_view table) {
  check_range(table, "growth", double(c.growth), 1, 256);
  check_layers(table, "blocks", c.blocks);
  check_range(table, "init_features", double(c.init_features), 1, 512);
  check_range(table, "bn_size", double(c.bn_size), 1, 16);
}

Facts facts_of(GeneratorSettings settings) {
  Facts facts = facts_from_fields(settings);
  for (const auto& [kind, model] : models_of_kinds)
    if (settings.kind == kind) facts["model"] = model;
  return facts;
}
Facts facts_of(VerifierSettings settings) {
  Facts facts = facts_from_fields(settings);
  facts["model"] = "siamese_verifier";
  return facts;
}
Facts facts_of(ClassifierSettings settings) {
  Facts facts = facts_from_fields(settings);
  facts["model"] = "densenet_classifier";
  return facts;
}

Anonymizer::Anonymizer(const GeneratorSettings& s, const Initialiser& initialiser) : settings_(s) {
  check(s, "generator");
  if (s.kind == "flow_field") {
    auto model = std::make_unique<FlowAnonymizer>(
        FlowAnonymizerOptions{s.init_features, warp_options(s.mu, s.op)}, initialiser);
    generator_ = &model->generator;
    release_ = [&net = *model, protection = s.protection](const Variable& film, const Variable& small,
                                                          const Variable& mask) -> Release {
      const Variable field = protection == "field" ? field_outside(net.field(small), mask) : net.field(small);
      const Variable displacement = warp_displacement(field, net.warp_options);
      const Variable warped = warp_by(film, displacement);
      return {protection == "blend" ? blended(film, warped, mask) : warped, displacement};
    };
    network_ = std::move(model);
  } else if (s.kind == "noise") {
    auto model = std::make_unique<NoiseAnonymizer>(
        NoiseAnonymizerOptions{s.init_features, s.noise_degree, s.smooth}, initialiser);
    generator_ = &model->generator;
    release_ = [&net = *model, inside = s.noise_in_masks](const Variable& film, const Variable& small,
                                                          const Variable& mask) -> Release {
      const Variable sensitivity =
          inside == 1 ? Variable() : Variable(mask.value().full_like({}, 1)) - scale(mask, 1 - inside);
      return {add_noise(film, net.field(small), net.options.noise_degree, sensitivity), {}};
    };
    network_ = std::move(model);
  } else {
    auto model = std::make_unique<PrivacyNet>(PrivacyNetOptions{1, 1, s.init_features}, initialiser);
    generator_ = model.get();
    release_ = [&net = *model](const Variable& film, const Variable& small, const Variable&) -> Release {
      const Variable drawn = net(small);
      if (drawn.shape() == film.shape()) return {drawn, {}};
      // What the network changes of the small film is enlarged and added.
      const Variable change =
          resize(drawn - small, film.shape()[1], film.shape()[2], {kernels::ResizeMode::bilinear, true});
      return {clamp(film + change, 0, 1), {}};
    };
    network_ = std::move(model);
  }
}

bool wants_masks(const GeneratorSettings& g) {
  return (g.kind == "flow_field" && g.protection != "none") || (g.kind == "noise" && g.noise_in_masks != 1);
}

Anonymizer Anonymizer::load(const std::filesystem::path& weights,
                            const std::function<void(GeneratorSettings&)>& change) {
  TensorFile file = read_weight_file(weights);
  State state = generator_state(file);
  auto settings = settings_from_fields<GeneratorSettings>(file.metadata);
  const auto model = file.metadata.find("model");
  const auto known = std::find_if(
      std::begin(models_of_kinds), std::end(models_of_kinds),
      [&](const auto& entry) { return model != file.metadata.end() && entry.second == model->second; });
  if (known != std::end(models_of_kinds)) {
    settings.kind = known->first;
  } else {
    require(model == file.metadata.end(), "weights", "{} holds a {}, no generator", weights.string(),
            model == file.metadata.end() ? "" : model->second);
    const auto first = state.find("encoder1.enc1conv1.weight");
    require(first != state.end() && first->second.shape().rank() == 4, "weights",
            "{} holds no flow-field generator: encoder1.enc1conv1.weight is missing", weights.string());
    settings.init_features = first->second.size(0);
  }
  change(settings);
  Anonymizer anonymizer(settings, Initialiser::none());
  anonymizer.image_size_ = image_size_from(file.metadata, 256);
  anonymizer.generator().load_state(std::move(state));
  anonymizer.generator().set_training(false);
  anonymizer.generator().to(compute_device());
  return anonymizer;
}

ResNetOptions options_of(const VerifierSettings& s) {
  return {s.width, s.layers, s.embed};
}

DenseNetOptions options_of(const ClassifierSettings& s) {
  return {s.growth, s.blocks, s.init_features, s.bn_size};
}

LoadedNetwork<SiameseVerifier> load_verifier(const std::filesystem::path& weights) {
  return load_judge<SiameseVerifier, VerifierSettings>(weights, "siamese_verifier", 256);
}

LoadedNetwork<DenseNet> load_classifier(const std::filesystem::path& weights) {
  return load_judge<DenseNet, ClassifierSettings>(weights, "densenet_classifier", 224);
}

}  // namespace scrim
