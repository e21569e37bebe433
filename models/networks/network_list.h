// Every network by name, as functions from named tensors to named tensors: what `scrim infer` runs, and what tests hold
// against other frameworks.
#pragma once

#include <functional>
#include <memory>

#include "base/config/facts.h"
#include "layers/initialize.h"
#include "layers/module.h"

namespace scrim {

/// Tensors by name. Images are [N,H,W,C] here; files have them as [N,C,H,W].
using NamedVariables = std::map<std::string, Variable>;

struct Network {
  std::unique_ptr<Module> module;
  /// Outputs from inputs.
  std::function<NamedVariables(const NamedVariables& in)> run;
  /// The published loss, from run()'s outputs and the inputs (targets among them).
  std::function<Variable(const NamedVariables& out, const NamedVariables& in)> loss;
  /// Loads a state dict, as load_weights() does.
  std::function<void(State)> load;
  /// Small inputs and targets for a batch of films of this size: what a training step's graph is shown with.
  std::function<NamedVariables(std::int64_t batch, std::int64_t image_size)> example;
};

struct NetworkEntry {
  std::string name;
  std::string what;    ///< one line
  std::string inputs;  ///< "x [N,1,H,W]; mask ..."
  std::string outputs;
  std::string targets;  ///< further inputs of the loss

  /// The network with these settings. Throws UsageError for an unknown setting, and for values that make no network.
  std::function<Network(const Facts& settings, const Initializer&)> make;
  /// Calls visit(key, default, description) for every setting.
  using VisitSetting = std::function<void(const std::string&, const std::string&, const std::string&)>;
  std::function<void(const VisitSetting&)> for_each_setting;
};

const std::vector<NetworkEntry>& network_list();

/// The entry of this name. Throws UsageError that lists the names for another one.
const NetworkEntry& network_named(const std::string& name);

/// network_named(name).make().
Network make_network(const std::string& name, const Facts& settings, const Initializer& initializer);

/// The tensor of a name. Throws Error when it is missing, listing what came.
const Variable& required_input(const NamedVariables& in, const std::string& name);
/// The tensor of a name, or an undefined Variable.
Variable optional_input(const NamedVariables& in, const std::string& name);

}  // namespace scrim
