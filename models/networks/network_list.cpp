#include "models/networks/network_list.h"

#include <fmt/format.h>

#include "models/networks/runs.h"

namespace scrim {
namespace {

/// An entry whose settings are a struct with a list of fields.
template <class Settings>
NetworkEntry entry(std::string name, std::string what, std::string inputs, std::string outputs,
                   std::string targets, Network (*make)(const Settings&, const Initializer&),
                   Settings defaults = {}) {
  NetworkEntry made{name, std::move(what), std::move(inputs), std::move(outputs), std::move(targets), {}, {}};
  made.make = [=](const Facts& given, const Initializer& initializer) {
    Settings settings = defaults;
    set_fields(settings, given, name);
    return make(settings, initializer);
  };
  made.for_each_setting = [defaults](const NetworkEntry::VisitSetting& visit) {
    Settings settings = defaults;
    visit_fields(settings, "", [&](const char*, const char* key, const auto& field, const char* help) {
      visit(key, fact_text(field), help);
    });
  };
  return made;
}

constexpr const char* film_in = "x [N,1,H,W] in [0,1], sides divisible by 16";
constexpr const char* film_out_loss = "target, of x's shape: mean squared error";

}  // namespace

const std::vector<NetworkEntry>& network_list() {
  using namespace runs;
  static const std::vector<NetworkEntry> list = {
      entry("flow_unet", "the flow-field U-Net of PriCheXy-Net", film_in, "y: the field [N,2,H,W]",
            "target (or tgt), of y's shape: mean squared error", flow_unet),
      entry("flow_anonymizer", "PriCheXy-Net: the U-Net (names under generator.) and the warp",
            fmt::format("{}; mask, of its shape, 1 = kept (with a protection)", film_in),
            "y: the warped film; field", film_out_loss, flow_anonymizer),
      entry("protected_anonymizer", "PriCheXySeg-Net: the same, but for protected pixels",
            "x as above; mask, of its shape, 1 = kept", "y: the warped film; field", film_out_loss,
            flow_anonymizer, FlowAnonymizerSettings{.protection = "blend"}),
      entry("noise_anonymizer", "PriCheXyNoise-Net: the U-Net draws noise that is added",
            "x as above; sensitivity, of its shape (optional)", "y", film_out_loss, noise_anonymizer),
      entry("privacy_net", "Privacy-Net's image-to-image U-Net", "x [N,1,H,W] in [0,1], sides divisible by 8",
            "y", "target, of y's shape: mean squared error", privacy_net),
      entry("dp_pix", "differentially private pixelization; no network, no weights", "x [N,C,H,W] in [0,1]",
            "y", "none", pixelization),
      entry("siamese_verifier", "the Siamese ResNet-50 patient verifier", "a and b [N,1,H,W] in [0,1]",
            "y: logits [N,1]; nll; embedding_a, embedding_b [N,embed]",
            "same [N], 1 = one patient: BCE with logits", siamese_verifier),
      entry("patch_matcher", "learns which places of two films show the same anatomy",
            "a and b [N,1,64,64] in [0,1]",
            "y: likenesses [N,N] of every a with every b; places_a, places_b [N,embed,16,16]",
            "none: cross-entropy of finding b[i] by a[i] and the reverse", patch_matcher),
      entry("densenet_classifier", "the DenseNet-121 classifier of findings", "x [N,1,H,W] in [0,1]",
            "y: probabilities [N,num_labels]; logits", "labels, of y's shape: BCE", densenet_classifier),
      entry("hybrid_unet", "HybridGNet's U-Net segmenter (batch statistics always)",
            "x [N,1,H,W], sides divisible by 32", "y: logits [N,1 + unet_organs,H,W]",
            "labels i64 [N,H,W]: cross-entropy + Dice", hybrid_unet),
      entry("hybridgnet", "HybridGNet with two image-to-graph skips",
            "x [N,1,S,S], S = image_size; eps [N,latents] (in training)",
            "y: landmarks [N,nodes,2]; pos1, pos2; mu, log_var [N,latents]",
            "target [N,nodes,2]: mean squared errors + 1e-5 KL", hybridgnet,
            // The published weights, which carry no graph; scrim trains with closed contours.
            HybridGNetRunSettings{.network = {.contour = "published"}}),
      entry("sparse_ternary", "PRIMIS's sparse ternary autoencoder",
            "x [N,1,H,W], sides divisible by the ratios' product; drop_mask [N,c*m] (optional, in training)",
            "y; y_quantized (evaluation); code.pos.val, code.pos.ind, code.neg.val, code.neg.ind [N,k,m,h,w]",
            "x itself: mean squared error of clamp(y, -clamp, clamp)", sparse_ternary,
            SparseTernaryRunSettings{.network = {.beta_momentum = 1}}),
  };
  return list;
}

const NetworkEntry& network_named(const std::string& name) {
  std::vector<std::string> names;
  for (const NetworkEntry& entry : network_list()) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  throw UsageError(fmt::format("[model] there is no {}{} (known: {})", name, suggestion(name, names),
                               joined_names(names)));
}

Network make_network(const std::string& name, const Facts& settings, const Initializer& initializer) {
  return network_named(name).make(settings, initializer);
}

const Variable& required_input(const NamedVariables& in, const std::string& name) {
  const auto entry = in.find(name);
  if (entry != in.end()) return entry->second;
  std::vector<std::string> names;
  for (const auto& [other, variable] : in) names.push_back(other);
  fail("input", "the tensor {} is missing; {} came", name, joined_names(names));
}

Variable optional_input(const NamedVariables& in, const std::string& name) {
  const auto entry = in.find(name);
  return entry == in.end() ? Variable() : entry->second;
}

}  // namespace scrim
