#include "training/study_networks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "autograd/binary.h"
#include "autograd/resize.h"
#include "autograd/unary.h"
#include "models/noise_anonymizer.h"
#include "models/privacy_net.h"
#include "models/protected_anonymizer.h"
#include "training/network_facts.h"
#include "training/settings.h"

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

TensorFile read_weights(const std::filesystem::path& path, std::string_view model) {
  TensorFile file = read_safetensors(path);
  const auto name = file.metadata.find("model");
  require(name == file.metadata.end() || name->second == model, "weights", "{} holds a {}, expected a {}",
          path.string(), name == file.metadata.end() ? "" : name->second, model);
  return file;
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
  return loaded;
}

}  // namespace

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
  const std::string protection = s.protection;
  if (s.kind == "flow_field") {
    auto model = std::make_unique<FlowAnonymizer>(
        FlowAnonymizerOptions{s.init_features, warp_options(s.mu, s.op)}, initialiser);
    generator_ = &model->generator;
    run_ = [&net = *model, protection](const Variable& x, const Variable& mask) {
      if (protection == "none") return net(x);
      return protected_warp(x, net.field(x), mask, net.warp_options,
                            protection == "blend" ? Protection::blend : Protection::field);
    };
    move_ = [&net = *model, protection](const Variable& x, const Variable& mask) {
      const Variable one(Tensor::scalar(1));
      return warp_displacement(protection == "field" ? net.field(x) * (one - mask) : net.field(x),
                               net.warp_options);
    };
    run_native_ = [this_move = move_, protection](const Variable& film, const Variable& small,
                                                  const Variable& mask, const Variable& small_mask) {
      const Variable warped = warp_by(film, this_move(small, small_mask));
      const Variable one(Tensor::scalar(1));
      return protection == "blend" ? mask * film + (one - mask) * warped : warped;
    };
    network_ = std::move(model);
  } else if (s.kind == "noise") {
    auto model = std::make_unique<NoiseAnonymizer>(
        NoiseAnonymizerOptions{s.init_features, s.noise_degree, s.smooth}, initialiser);
    generator_ = &model->generator;
    run_ = [&net = *model, inside = s.noise_in_masks](const Variable& x, const Variable& mask) {
      if (inside == 1) return net(x);
      const Variable one(Tensor::scalar(1));
      return net(x, one - scale(mask, 1 - inside));
    };
    run_native_ = [&net = *model, inside = s.noise_in_masks](const Variable& film, const Variable& small,
                                                             const Variable& mask, const Variable&) {
      const Variable one(Tensor::scalar(1));
      return add_noise(film, net.field(small), net.options.noise_degree,
                       inside == 1 ? Variable() : one - scale(mask, 1 - inside));
    };
    network_ = std::move(model);
  } else {
    auto model = std::make_unique<PrivacyNet>(PrivacyNetOptions{1, 1, s.init_features}, initialiser);
    generator_ = model.get();
    run_ = [&net = *model](const Variable& x, const Variable&) { return net(x); };
    // The network draws a film of its own size; what it changes is enlarged and added.
    run_native_ = [&net = *model](const Variable& film, const Variable& small, const Variable&,
                                  const Variable&) {
      const Variable change = net(small) - small;
      return clamp(
          film + resize(change, film.shape()[1], film.shape()[2], {kernels::ResizeMode::bilinear, true}), 0,
          1);
    };
    network_ = std::move(model);
  }
}

bool Anonymizer::wants_masks() const {
  return (settings_.kind == "flow_field" && settings_.protection != "none") ||
         (settings_.kind == "noise" && settings_.noise_in_masks != 1);
}

Anonymizer Anonymizer::load(const std::filesystem::path& weights) {
  TensorFile file = read_safetensors(weights);
  auto settings = settings_from_fields<GeneratorSettings>(file.metadata);
  const auto model = file.metadata.find("model");
  require(model != file.metadata.end(), "weights", "{} does not say which generator it holds",
          weights.string());
  bool known = false;
  for (const auto& [kind, name] : models_of_kinds)
    if (model->second == name) {
      settings.kind = kind;
      known = true;
    }
  require(known, "weights", "{} holds a {}, expected a generator", weights.string(), model->second);
  Anonymizer anonymizer(settings, Initialiser::none());
  anonymizer.generator().load_state(std::move(file.tensors));
  anonymizer.network_->set_training(false);
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
