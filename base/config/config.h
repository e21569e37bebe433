// TOML to configuration structs and back. One list of fields (visit_fields beside each struct) serves
// reading, checking, printing and the key listing.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/config/facts.h"
#include "base/error.h"

namespace scrim {

/// A parsed TOML file as flat "table.key" entries, each used once.
class ConfigSource {
 public:
  /// `name` stands in messages. Throws UsageError with line and column when the text is not TOML.
  ConfigSource(const std::string& text, const std::string& name);
  ~ConfigSource();
  ConfigSource(ConfigSource&&) noexcept;

  /// What stands below a table, to be read by itself; counts as read here. Lives no longer than its whole.
  ConfigSource section(const std::string& table);
  /// How many tables [[name]] there are; their sections are called name.0, name.1, ...
  std::int64_t count(const std::string& name) const;

  /// Applies "table.key=value", the value in TOML; a bare word counts as a text.
  void set(const std::string& assignment);

  /// Fills `field` when the file has the key. Throws UsageError when the value has another type.
  void read(const std::string& table, const std::string& key, std::string& field);
  void read(const std::string& table, const std::string& key, double& field);
  void read(const std::string& table, const std::string& key, std::int64_t& field);
  void read(const std::string& table, const std::string& key, bool& field);
  void read(const std::string& table, const std::string& key, std::vector<std::int64_t>& field);
  void read(const std::string& table, const std::string& key, std::vector<double>& field);
  void read(const std::string& table, const std::string& key, std::vector<std::string>& field);

  /// Every value that nothing has read, as text, for a network that says itself which settings it knows. Lists hold whole
  /// numbers. Throws UsageError for other values.
  Facts rest();

  /// Throws UsageError for a key that nothing has read, with the nearest known one.
  void expect_nothing_left() const;

 private:
  struct Impl;
  explicit ConfigSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Writes tables and keys in the order in which they come, each with its description.
class ConfigPrinter {
 public:
  void print(const std::string& table, const std::string& key, const std::string& value,
             const std::string& what);
  void print(const std::string& table, const std::string& key, double value, const std::string& what);
  void print(const std::string& table, const std::string& key, std::int64_t value, const std::string& what);
  void print(const std::string& table, const std::string& key, bool value, const std::string& what);
  template <class T>
  void print(const std::string& table, const std::string& key, const std::vector<T>& values,
             const std::string& what) {
    std::string text;
    for (const T& value : values) text += (text.empty() ? "" : ", ") + literal(value);
    line(table, key, "[" + text + "]", what);
  }
  const std::string& text() const { return text_; }

 private:
  static std::string literal(const std::string& value);
  static std::string literal(double value);
  static std::string literal(std::int64_t value);
  void line(const std::string& table, const std::string& key, const std::string& value,
            const std::string& what);
  std::string table_, text_;
};

/// The complete effective configuration as TOML, comments included.
template <class Config>
std::string print_config(const std::string& task, Config& config) {
  ConfigPrinter printer;
  printer.print("", "task", task, "what this file configures");
  visit_fields(config, [&](const char* table, const char* key, auto& field, const char* what) {
    printer.print(table, key, field, what);
  });
  return printer.text();
}

/// Reads every field of `config` and refuses what is left over.
template <class Config>
void read_config(ConfigSource& source, Config& config) {
  visit_fields(config, [&](const char* table, const char* key, auto& field, const char*) {
    source.read(table, key, field);
  });
  source.expect_nothing_left();
}

/// The text of a configuration file. Throws UsageError when it cannot be read.
std::string read_config_file(const std::filesystem::path& file);

/// The alternative of a variant of configurations whose name the source's key "task" says. Throws UsageError
/// that lists them for another name.
template <class Variant>
Variant choose_task(ConfigSource& source, const std::string& name) {
  std::string task;
  source.read("", "task", task);
  std::optional<Variant> chosen;
  std::string known;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    const auto offer = [&]<std::size_t Index>() {
      const char* offered = std::variant_alternative_t<Index, Variant>::task;
      known += (known.empty() ? "" : ", ") + std::string(offered);
      if (task == offered) chosen.emplace(std::in_place_index<Index>);
    };
    (offer.template operator()<I>(), ...);
  }
  (std::make_index_sequence<std::variant_size_v<Variant>>{});
  if (!chosen)
    throw UsageError(task.empty()
                         ? fmt::format("{}: has no task. Add task = \"NAME\" with one of {}", name, known)
                         : fmt::format("{}: there is no task \"{}\"; there are {}", name, task, known));
  return std::move(*chosen);
}

/// A variant's task with its configuration, checked. `overrides`: "table.key=value". Throws UsageError.
template <class Variant>
Variant parse_config(const std::string& text, const std::string& name,
                     const std::vector<std::string>& overrides) {
  ConfigSource source(text, name);
  for (const auto& assignment : overrides) source.set(assignment);
  Variant config = choose_task<Variant>(source, name);
  std::visit(
      [&](auto& task) {
        read_config(source, task);
        check(task);
      },
      config);
  return config;
}

}  // namespace scrim
