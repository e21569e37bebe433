// Which network a verb works on: a name of the list of models, or a TOML file with `model = "NAME"` and its
// settings.
#pragma once

#include <string>
#include <vector>

#include "models/networks/network_list.h"
#include "tools/command.h"

namespace scrim {

struct NetworkChoice {
  std::string model;                     ///< NAME or FILE.toml
  std::vector<std::string> assignments;  ///< "key=value", over the file's

  /// The network with unset weights, or with weights that `initializer` draws. Throws UsageError.
  Network make(const Initializer& initializer = Initializer::none()) const;
  /// Its name, for messages.
  std::string name() const;
};

/// --model and --set.
void add_network_options(CLI::App& verb, NetworkChoice& choice);
/// Every network with its inputs, outputs and settings, for help texts and listings.
std::string describe_models();

/// Tensors of a state dict held against a network's own.
struct WeightComparison {
  std::vector<std::string> missing, extra, misshapen, renamed;  ///< one line each
  bool fits() const { return missing.empty() && extra.empty() && misshapen.empty() && renamed.empty(); }
};
WeightComparison compare_weights(const State& weights, const State& network);

}  // namespace scrim
