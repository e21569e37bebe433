#include "models/flow_anonymizer.h"

namespace scrim {

FlowAnonymizer::FlowAnonymizer(const FlowAnonymizerOptions& options, const Initialiser& initialiser)
    : generator({.in_channels = 1, .out_channels = 2, .init_features = options.init_features}, initialiser),
      warp_options(options.warp) {
  add_module("generator", generator);
}

}  // namespace scrim
