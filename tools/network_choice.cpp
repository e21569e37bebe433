#include "tools/network_choice.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include "tensor/atomic_file.h"
#include "tensor/spelling.h"

namespace scrim {
namespace {

constexpr std::size_t most_config_bytes = 1 << 20;

ModelSetting setting_of(const std::string& key, const toml::node& node) {
  if (const auto value = node.value_exact<bool>()) return *value;
  if (const auto value = node.value_exact<std::int64_t>()) return *value;
  if (const auto value = node.value_exact<double>()) return *value;
  if (const auto value = node.value_exact<std::string>()) return *value;
  if (const auto* array = node.as_array()) {
    std::vector<std::int64_t> numbers;
    for (const auto& element : *array) {
      const auto number = element.value_exact<std::int64_t>();
      if (!number) throw UsageError(fmt::format("[settings] the list {} holds more than whole numbers", key));
      numbers.push_back(*number);
    }
    return numbers;
  }
  throw UsageError(fmt::format("[settings] {} is a table or a date, expected a value", key));
}

using Values = std::map<std::string, ModelSetting>;

/// The top level of a TOML text.
Values parse(const std::string& text, const std::string& name) {
  Values values;
  try {
    const toml::table table = toml::parse(text, name);
    for (const auto& [key, node] : table)
      values[std::string(key.str())] = setting_of(std::string(key.str()), node);
  } catch (const toml::parse_error& e) {
    throw UsageError(fmt::format("[{}] line {}: {}", name, e.source().begin.line, e.description()));
  }
  return values;
}

/// "key=value": a TOML value, a list without its brackets, or else a text.
void assign(Values& values, const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    throw UsageError(fmt::format("[settings] {} came, expected key=value", assignment));
  const std::string key = assignment.substr(0, equals), value = assignment.substr(equals + 1);
  const bool list =
      value.find(',') != std::string::npos && value.find_first_not_of("0123456789, ") == std::string::npos;
  for (const std::string& text : {list ? "[" + value + "]" : value, "\"" + value + "\""}) {
    try {
      const toml::table table = toml::parse("value = " + text);
      values[key] = setting_of(key, *table.get("value"));
      return;
    } catch (const toml::parse_error&) {  // a bare word: the second round quotes it
    }
  }
  throw UsageError(fmt::format("[settings] {} is no value", assignment));
}

struct Resolved {
  std::string name;
  Values values;
};

Resolved resolve(const NetworkChoice& choice) {
  Resolved resolved{choice.model, {}};
  if (choice.model.ends_with(".toml")) {
    resolved.values = parse(read_file(choice.model, most_config_bytes), choice.model);
    const auto model = resolved.values.find("model");
    if (model == resolved.values.end() || !std::holds_alternative<std::string>(model->second))
      throw UsageError(fmt::format("[{}] has no model = \"NAME\"", choice.model));
    resolved.name = std::get<std::string>(model->second);
    resolved.values.erase(model);
  }
  for (const std::string& assignment : choice.assignments) assign(resolved.values, assignment);
  return resolved;
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

Network NetworkChoice::make() const {
  Resolved resolved = resolve(*this);
  try {
    return make_network(resolved.name, ModelSettings(std::move(resolved.values)), Initialiser::none());
  } catch (const UsageError&) {
    throw;
  } catch (const Error& e) {  // settings that make no network
    throw UsageError(e.what());
  }
}

std::string NetworkChoice::name() const {
  return resolve(*this).name;
}

void add_network_options(CLI::App& verb, NetworkChoice& choice) {
  verb.add_option("--model", choice.model,
                  "network: a name that `scrim infer --list` prints, or a TOML file with model = \"NAME\"");
  verb.add_option(
      "--set", choice.assignments,
      "a setting of the network, key=value; lists as 3,4,6,3. Defaults are the published full width");
}

std::string describe_models() {
  std::string text;
  for (const ModelEntry& m : model_list())
    text += fmt::format("{}: {}\n    in       {}\n    out      {}\n    loss     {}\n    settings {}\n",
                        m.name, m.what, m.inputs, m.outputs, m.targets, m.settings);
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
