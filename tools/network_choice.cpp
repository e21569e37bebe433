#include "tools/network_choice.h"

#include <fmt/core.h>

#include "base/atomic_file.h"
#include "base/config/config.h"
#include "base/strings.h"
#include "tools/help_format.h"

namespace scrim {
namespace {

constexpr std::size_t most_config_bytes = 1 << 20;

struct Resolved {
  std::string name;
  Facts settings;
};

Resolved resolve(const NetworkChoice& choice) {
  const bool file = choice.model.ends_with(".toml");
  ConfigSource source(file ? read_file(choice.model, most_config_bytes) : "",
                      file ? choice.model : "settings");
  for (const std::string& assignment : choice.assignments) source.set(assignment);
  std::string name = file ? "" : choice.model;
  if (file) source.read("", "model", name);
  if (name.empty()) throw UsageError(fmt::format("[{}] has no model. Add model = \"NAME\"", choice.model));
  return {name, source.rest()};
}

/// The extra tensor that a missing one was probably called: the same but for a prefix, or spelled most like
/// it.
std::string former_name(const std::string& missing, const State& network, const State& weights,
                        const std::vector<std::string>& extra) {
  std::vector<std::string> alike;
  for (const std::string& name : extra)
    if (weights.at(name).shape() == network.at(missing).shape()) alike.push_back(name);
  for (const std::string& name : alike)
    if (name.ends_with("." + missing) || missing.ends_with("." + name)) return name;
  return nearest_spelling(missing, alike);
}

}  // namespace

Network NetworkChoice::make(const Initializer& initializer) const {
  try {
    const Resolved resolved = resolve(*this);
    return make_network(resolved.name, resolved.settings, initializer);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& e) {  // a file that is not there, settings that make no network
    throw UsageError(e.what());
  }
}

std::string NetworkChoice::name() const {
  return resolve(*this).name;
}

void add_network_options(CLI::App& verb, NetworkChoice& choice) {
  verb.add_option("--model", choice.model,
                  "network name (see scrim infer --list), or a TOML file with model = \"NAME\"");
  add_set_option(verb, choice.assignments,
                 "network setting, for example width=8 or layers=2,1,1,1; default: the published size");
}

std::string describe_models() {
  std::string text;
  for (const NetworkEntry& n : network_list()) {
    text += n.name + "\n" + help_row("what", n.what) + help_row("in", n.inputs) + help_row("out", n.outputs) +
            help_row("loss", n.targets) + "  settings\n";
    n.for_each_setting([&](const std::string& key, const std::string& value, const std::string& help) {
      text += help_row("  " + key + "=" + value, help);
    });
  }
  return text;
}

WeightComparison compare_weights(const State& weights, const State& network) {
  WeightComparison result;
  std::vector<std::string> missing, extra;
  for (const auto& [name, tensor] : network) {
    const auto found = weights.find(name);
    if (found == weights.end())
      missing.push_back(name);
    else if (found->second.shape() != tensor.shape() || found->second.dtype() != tensor.dtype())
      result.misshapen.push_back(fmt::format("{} is {} {}, expected {} {}", name,
                                             name_of(found->second.dtype()), found->second.shape().str(),
                                             name_of(tensor.dtype()), tensor.shape().str()));
  }
  for (const auto& [name, tensor] : weights)
    if (!network.contains(name)) extra.push_back(name);
  for (const std::string& name : missing) {
    const std::string former = former_name(name, network, weights, extra);
    if (former.empty()) {
      result.missing.push_back(fmt::format("{} {}", name, network.at(name).shape().str()));
      continue;
    }
    result.renamed.push_back(fmt::format("{} is called {} here", name, former));
    std::erase(extra, former);
  }
  for (const std::string& name : extra)
    result.extra.push_back(fmt::format("{} {}", name, weights.at(name).shape().str()));
  return result;
}

}  // namespace scrim
