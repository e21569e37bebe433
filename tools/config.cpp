#include "tools/config.h"

// toml++ asserts what malformed text may break ("[[=a]]"); here that is a fault of the file like any other. With NDEBUG
// it would take its assertions for granted instead.
#undef NDEBUG
#define TOML_ASSERT(expr) ((expr) ? void() : scrim::fail("toml", "{}", #expr))

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "tensor/atomic_file.h"
#include "tensor/spelling.h"

namespace scrim {
namespace {

std::string dotted(const std::string& table, const std::string& key) {
  return table.empty() ? key : table + "." + key;
}

/// Every value of the file by its dotted name; tables of an array are called name.0, name.1, ... Lists and
/// dates are values too: they are refused by fields that they do not fit.
void flatten(const toml::table& table, const std::string& prefix,
             std::map<std::string, const toml::node*>& out) {
  for (const auto& [key, node] : table) {
    const std::string name = dotted(prefix, std::string(key.str()));
    if (const auto* inner = node.as_table()) {
      flatten(*inner, name, out);
    } else if (node.is_array_of_tables()) {
      std::size_t index = 0;
      for (const auto& element : *node.as_array())
        flatten(*element.as_table(), fmt::format("{}.{}", name, index++), out);
    } else {
      out[name] = &node;
    }
  }
}

std::string quoted(const std::string& text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  return out.str();
}

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::array:
      return "an array";
    default:
      return "a date or time";
  }
}

}  // namespace

struct ConfigSource::Impl {
  std::string name;
  std::string prefix;  // of a section, before its keys in messages
  toml::table table;
  std::vector<toml::table> overrides;  // own the nodes that --set made
  std::map<std::string, const toml::node*> values;
  std::set<std::string> used;
  std::vector<std::string> known;

  const toml::node* take(const std::string& full_key) {
    known.push_back(full_key);
    const auto found = values.find(full_key);
    if (found == values.end()) return nullptr;
    used.insert(full_key);
    return found->second;
  }
  [[noreturn]] void wrong_type(const std::string& key, const toml::node& node,
                               std::string_view expected) const {
    throw UsageError(fmt::format("{}: {} is {}, expected {}", name, prefix + key, type_name(node), expected));
  }

  void set_from(const std::string& key, const toml::node& node, std::string& field) const {
    if (!node.is_string()) wrong_type(key, node, "a text");
    field = node.as_string()->get();
  }
  void set_from(const std::string& key, const toml::node& node, double& field) const {
    if (!node.is_number()) wrong_type(key, node, "a number");
    field = *node.value<double>();
  }
  void set_from(const std::string& key, const toml::node& node, std::int64_t& field) const {
    if (!node.is_integer()) wrong_type(key, node, "a whole number");
    field = node.as_integer()->get();
  }
  void set_from(const std::string& key, const toml::node& node, bool& field) const {
    if (!node.is_boolean()) wrong_type(key, node, "true or false");
    field = node.as_boolean()->get();
  }

  template <class T>
  void fill(const std::string& key, T& field) {
    if (const toml::node* node = take(key)) set_from(key, *node, field);
  }
  template <class T>
  void fill_list(const std::string& key, std::vector<T>& field) {
    const toml::node* node = take(key);
    if (!node) return;
    if (!node->is_array()) wrong_type(key, *node, "a list");
    field.clear();
    for (const auto& element : *node->as_array()) set_from(key, element, field.emplace_back());
  }
};

ConfigSource::ConfigSource(const std::string& text, const std::string& name)
    : impl_(std::make_unique<Impl>()) {
  impl_->name = name;
  try {
    impl_->table = toml::parse(text, name);
  } catch (const toml::parse_error& e) {
    throw UsageError(fmt::format("{}: line {}, column {}: {}", name, e.source().begin.line,
                                 e.source().begin.column, e.description()));
  } catch (const Error&) {  // TOML_ASSERT
    throw UsageError(fmt::format("{}: is not TOML", name));
  }
  flatten(impl_->table, "", impl_->values);
}

ConfigSource::ConfigSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ConfigSource::~ConfigSource() = default;
ConfigSource::ConfigSource(ConfigSource&&) noexcept = default;

ConfigSource ConfigSource::section(const std::string& table) {
  auto part = std::make_unique<Impl>();
  part->name = impl_->name;
  part->prefix = impl_->prefix + table + ".";
  for (const auto& [key, node] : impl_->values)
    if (key.starts_with(table + ".")) {
      impl_->used.insert(key);
      part->values[key.substr(table.size() + 1)] = node;
    }
  return ConfigSource(std::move(part));
}

std::int64_t ConfigSource::count(const std::string& name) const {
  std::int64_t count = 0;
  const auto exists = [&](const std::string& prefix) {
    const auto entry = impl_->values.lower_bound(prefix);
    return entry != impl_->values.end() && entry->first.starts_with(prefix);
  };
  while (exists(fmt::format("{}.{}.", name, count))) ++count;
  return count;
}

void ConfigSource::set(const std::string& assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    throw UsageError(fmt::format("--set {}: expected table.key=value", assignment));
  const std::string key = assignment.substr(0, equals), value = assignment.substr(equals + 1);
  toml::table parsed;
  try {
    parsed = toml::parse("value = " + value);
  } catch (const toml::parse_error&) {
    parsed = toml::table{{"value", value}};
  }
  impl_->overrides.push_back(std::move(parsed));
  impl_->values[key] = impl_->overrides.back().get("value");
}

void ConfigSource::read(const std::string& table, const std::string& key, std::string& field) {
  impl_->fill(dotted(table, key), field);
}
void ConfigSource::read(const std::string& table, const std::string& key, double& field) {
  impl_->fill(dotted(table, key), field);
}
void ConfigSource::read(const std::string& table, const std::string& key, std::int64_t& field) {
  impl_->fill(dotted(table, key), field);
}
void ConfigSource::read(const std::string& table, const std::string& key, bool& field) {
  impl_->fill(dotted(table, key), field);
}
void ConfigSource::read(const std::string& table, const std::string& key, std::vector<std::int64_t>& field) {
  impl_->fill_list(dotted(table, key), field);
}
void ConfigSource::read(const std::string& table, const std::string& key, std::vector<double>& field) {
  impl_->fill_list(dotted(table, key), field);
}
void ConfigSource::read(const std::string& table, const std::string& key, std::vector<std::string>& field) {
  impl_->fill_list(dotted(table, key), field);
}

std::map<std::string, ModelSetting> ConfigSource::rest() {
  const auto setting = [&](const std::string& key, const toml::node& node) -> ModelSetting {
    if (const auto value = node.value_exact<bool>()) return *value;
    if (const auto value = node.value_exact<std::int64_t>()) return *value;
    if (const auto value = node.value_exact<double>()) return *value;
    if (const auto value = node.value_exact<std::string>()) return *value;
    std::vector<std::int64_t> numbers;
    if (!node.is_array()) impl_->wrong_type(key, node, "a value");
    for (const auto& element : *node.as_array()) {
      const auto number = element.value_exact<std::int64_t>();
      if (!number) impl_->wrong_type(key, element, "whole numbers in the list");
      numbers.push_back(*number);
    }
    return numbers;
  };
  std::map<std::string, ModelSetting> settings;
  for (const auto& [key, node] : impl_->values)
    if (impl_->used.insert(key).second) settings[key] = setting(key, *node);
  return settings;
}

void ConfigSource::expect_nothing_left() const {
  for (const auto& [key, node] : impl_->values) {
    if (impl_->used.contains(key)) continue;
    const std::string near = nearest_spelling(key, impl_->known);
    throw UsageError(
        fmt::format("{}: there is no key {}{}", impl_->name, impl_->prefix + key,
                    near.empty() ? "" : fmt::format("; did you mean {}?", impl_->prefix + near)));
  }
}

std::string read_config_file(const std::filesystem::path& file) {
  try {
    return read_file(file, 1 << 20);
  } catch (const Error& e) {
    throw UsageError(e.what());
  }
}

void ConfigPrinter::line(const std::string& table, const std::string& key, const std::string& value,
                         const std::string& what) {
  if (table != table_) {
    text_ += fmt::format("\n[{}]\n", table);
    table_ = table;
  }
  text_ += fmt::format("{:<40} # {}\n", fmt::format("{} = {}", key, value), what);
}

std::string ConfigPrinter::literal(const std::string& value) {
  return quoted(value);
}
std::string ConfigPrinter::literal(double value) {
  const std::string text = fmt::to_string(value);  // the shortest text that reads back as the same number
  return std::isfinite(value) && text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}
std::string ConfigPrinter::literal(std::int64_t value) {
  return std::to_string(value);
}

void ConfigPrinter::print(const std::string& t, const std::string& k, const std::string& v,
                          const std::string& w) {
  line(t, k, literal(v), w);
}
void ConfigPrinter::print(const std::string& t, const std::string& k, double v, const std::string& w) {
  line(t, k, literal(v), w);
}
void ConfigPrinter::print(const std::string& t, const std::string& k, std::int64_t v, const std::string& w) {
  line(t, k, literal(v), w);
}
void ConfigPrinter::print(const std::string& t, const std::string& k, bool v, const std::string& w) {
  line(t, k, v ? "true" : "false", w);
}

}  // namespace scrim
