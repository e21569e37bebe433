// Every network by name, as functions from named tensors to named tensors: what `scrim infer` runs, and what
// tests hold against other frameworks.
#pragma once

#include <functional>
#include <memory>

#include "layers/initialise.h"
#include "layers/module.h"
#include "models/model_settings.h"

namespace scrim {

/// Tensors by name. Images are [N,H,W,C] here; files have them as [N,C,H,W].
using NamedVariables = std::map<std::string, Variable>;

struct Network {
  std::unique_ptr<Module> module;
  /// Outputs from inputs.
  std::function<NamedVariables(const NamedVariables& in)> run;
  /// The published loss, from run()'s outputs and the inputs (targets among them).
  std::function<Variable(const NamedVariables& out, const NamedVariables& in)> loss;
  /// Loads a state dict; some networks store more than parameters, or know older names.
  std::function<void(State)> load;
};

struct ModelEntry {
  std::string name;
  std::string what;    ///< one line
  std::string inputs;  ///< "x [N,1,H,W]; mask ..."
  std::string outputs;
  std::string targets;   ///< further inputs of the loss
  std::string settings;  ///< with their defaults
  std::function<Network(ModelSettings&, const Initialiser&)> make;
};

const std::vector<ModelEntry>& model_list();

/// The network of this name. Throws UsageError for an unknown name or setting, and for values that make no
/// network.
Network make_network(const std::string& name, ModelSettings settings, const Initialiser& initialiser);

/// The tensor of a name. Throws Error when it is missing, listing what came.
const Variable& required_input(const NamedVariables& in, const std::string& name);
/// The tensor of a name, or an undefined Variable.
Variable optional_input(const NamedVariables& in, const std::string& name);

}  // namespace scrim
