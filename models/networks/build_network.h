// The one place that makes networks from their settings and fills them from state dicts: training, evaluation, sharing and
// `scrim infer` all come here.
#pragma once

#include <memory>

#include "models/densenet.h"
#include "models/flow_anonymizer.h"
#include "models/hybrid_unet.h"
#include "models/hybridgnet.h"
#include "models/networks/network_settings.h"
#include "models/noise_anonymizer.h"
#include "models/patch_matcher.h"
#include "models/privacy_net.h"
#include "models/siamese_verifier.h"
#include "models/sparse_ternary.h"

namespace scrim {

/// Each checks its settings first and throws UsageError as check() does.
std::unique_ptr<UNet> build(const FlowUNetSettings& settings, const Initializer& initializer);
std::unique_ptr<FlowAnonymizer> build(const FlowAnonymizerSettings& settings, const Initializer& initializer);
std::unique_ptr<NoiseAnonymizer> build(const NoiseAnonymizerSettings& settings,
                                       const Initializer& initializer);
std::unique_ptr<PrivacyNet> build(const PrivacyNetSettings& settings, const Initializer& initializer);
std::unique_ptr<SiameseVerifier> build(const VerifierSettings& settings, const Initializer& initializer);
std::unique_ptr<PatchMatcher> build(const MatcherSettings& settings, const Initializer& initializer);
std::unique_ptr<DenseNet> build(const ClassifierSettings& settings, const Initializer& initializer);
std::unique_ptr<HybridUNet> build(const HybridUNetSettings& settings, const Initializer& initializer);
std::unique_ptr<HybridGNet> build(const HybridGNetSettings& settings, std::int64_t image_size,
                                  const Initializer& initializer);
std::unique_ptr<SparseTernaryCoder> build(const SparseCoderSettings& settings,
                                          const Initializer& initializer);

/// A state dict into its network. Two are more than their parameters: HybridGNet's landmark graph travels with its weights
/// ("graph.edges", ...) and its skips have older names; the sparse coder's one tied weight may be stored twice.
/// Throw Error when a tensor is missing, left over or of another shape.
void load_weights(Module& network, State state);
void load_weights(HybridGNet& network, State state);
void load_weights(SparseTernaryCoder& network, State state);

/// The network's state dict and, for HybridGNet, its graph.
State weights_of(const Module& network);
State weights_of(const HybridGNet& network);

}  // namespace scrim
