// Settings as texts by name: what weight files keep as metadata, and what a command line assigns. The list of fields
// (visit_fields) that reads and prints a configuration serves here too.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/strings.h"

namespace scrim {

using Facts = std::map<std::string, std::string>;

std::string fact_text(const std::string& value);
std::string fact_text(bool value);
std::string fact_text(std::int64_t value);
std::string fact_text(double value);
std::string fact_text(const std::vector<std::int64_t>& value);
std::string fact_text(const std::vector<std::string>& value);

/// Fill `value` from a text; false when the text is of another kind.
bool parse_fact(const std::string& text, std::string& value);
bool parse_fact(const std::string& text, bool& value);
bool parse_fact(const std::string& text, std::int64_t& value);
bool parse_fact(const std::string& text, double& value);
bool parse_fact(const std::string& text, std::vector<std::int64_t>& value);

/// What a field of this type takes, for messages: "a whole number".
std::string_view kind_of_fact(const std::string&);
std::string_view kind_of_fact(bool);
std::string_view kind_of_fact(std::int64_t);
std::string_view kind_of_fact(double);
std::string_view kind_of_fact(const std::vector<std::int64_t>&);

template <class Settings>
Facts facts_from_fields(Settings settings) {
  Facts facts;
  visit_fields(settings, "", [&](const char*, const char* key, const auto& field, const char*) {
    facts[key] = fact_text(field);
  });
  return facts;
}

/// What the facts do not say keeps its default; other facts are left alone. Throws Error for a text that does not fit its
/// field.
template <class Settings>
Settings settings_from_fields(const Facts& facts) {
  Settings settings;
  visit_fields(settings, "", [&](const char*, const char* key, auto& field, const char*) {
    const auto fact = facts.find(key);
    if (fact != facts.end())
      require(parse_fact(fact->second, field), "weights", "{} = \"{}\" in the file, expected {}", key,
              fact->second, kind_of_fact(field));
  });
  return settings;
}

/// Sets the fields that `facts` names. Throws UsageError for a text that does not fit its field, and for a name that is no
/// field of `owner`, with the nearest one.
template <class Settings>
void set_fields(Settings& settings, const Facts& facts, std::string_view owner) {
  std::vector<std::string> known;
  visit_fields(settings, "", [&](const char*, const char* key, auto& field, const char*) {
    known.push_back(key);
    const auto fact = facts.find(key);
    if (fact != facts.end() && !parse_fact(fact->second, field))
      throw UsageError(
          fmt::format("[settings] {} is \"{}\", expected {}", key, fact->second, kind_of_fact(field)));
  });
  for (const auto& [name, text] : facts)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw UsageError(fmt::format("[settings] {} has no setting {}{} (known: {})", owner, name,
                                   suggestion(name, known), joined_names(known)));
}

}  // namespace scrim
