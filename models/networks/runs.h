// What network_list.cpp puts together: each network with its run, its published loss and an example of its inputs.
#pragma once

#include "models/networks/network_list.h"
#include "models/networks/network_settings.h"

namespace scrim::runs {

struct DpPixRunSettings {
  std::int64_t cell = 8;
  double pixels = 16, epsilon = 0.5;
  std::int64_t seed = 1;
};
template <class Visit>
void visit_fields(DpPixRunSettings& s, const char* table, Visit&& visit) {
  visit(table, "cell", s.cell, "side of a cell, pixels");
  visit(table, "pixels", s.pixels, "pixels in which two neighboring films may differ");
  visit(table, "epsilon", s.epsilon, "privacy budget of a film");
  visit(table, "seed", s.seed, "of the noise");
}

struct HybridGNetRunSettings {
  std::int64_t image_size = 1024;
  HybridGNetSettings network;
};
template <class Visit>
void visit_fields(HybridGNetRunSettings& s, const char* table, Visit&& visit) {
  visit(table, "image_size", s.image_size, "side of the image, pixels; divisible by 32");
  visit_fields(s.network, table, visit);
}

struct SparseTernaryRunSettings {
  SparseCoderSettings network;
  double clamp = 1;
  bool quantized = true;
};
template <class Visit>
void visit_fields(SparseTernaryRunSettings& s, const char* table, Visit&& visit) {
  visit_fields(s.network, table, visit);
  visit(table, "clamp", s.clamp, "outputs are clamped to -clamp .. clamp in the loss");
  visit(table, "quantized", s.quantized, "in evaluation, also decode the quantized code");
}

Network flow_unet(const FlowUNetSettings& settings, const Initializer& initializer);
Network flow_anonymizer(const FlowAnonymizerSettings& settings, const Initializer& initializer);
Network noise_anonymizer(const NoiseAnonymizerSettings& settings, const Initializer& initializer);
Network privacy_net(const PrivacyNetSettings& settings, const Initializer& initializer);
Network pixelization(const DpPixRunSettings& settings, const Initializer& initializer);
Network siamese_verifier(const VerifierSettings& settings, const Initializer& initializer);
Network patch_matcher(const MatcherSettings& settings, const Initializer& initializer);
Network densenet_classifier(const ClassifierSettings& settings, const Initializer& initializer);
Network hybrid_unet(const HybridUNetSettings& settings, const Initializer& initializer);
Network hybridgnet(const HybridGNetRunSettings& settings, const Initializer& initializer);
Network sparse_ternary(const SparseTernaryRunSettings& settings, const Initializer& initializer);

}  // namespace scrim::runs
