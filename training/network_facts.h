// Settings of networks as metadata of their weight files, and back: the list of fields that serves the
// configuration serves here too.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tensor/error.h"

namespace scrim {

using Facts = std::map<std::string, std::string>;

std::string fact_text(const std::string& value);
std::string fact_text(bool value);
std::string fact_text(std::int64_t value);
std::string fact_text(double value);
std::string fact_text(const std::vector<std::int64_t>& value);
std::string fact_text(const std::vector<std::string>& value);

/// Fill `value` from a text; false when it is none of its kind.
bool parse_fact(const std::string& text, std::string& value);
bool parse_fact(const std::string& text, bool& value);
bool parse_fact(const std::string& text, std::int64_t& value);
bool parse_fact(const std::string& text, double& value);
bool parse_fact(const std::string& text, std::vector<std::int64_t>& value);

template <class Settings>
Facts facts_from_fields(Settings& settings) {
  Facts facts;
  visit_fields(settings, "", [&](const char*, const char* key, const auto& field, const char*) {
    facts[key] = fact_text(field);
  });
  return facts;
}

/// What the facts do not say keeps its default. Throws Error for a text that does not fit its field.
template <class Settings>
Settings settings_from_fields(const Facts& facts) {
  Settings settings;
  visit_fields(settings, "", [&](const char*, const char* key, auto& field, const char*) {
    const auto fact = facts.find(key);
    if (fact != facts.end())
      require(parse_fact(fact->second, field), "weights", "say {} = \"{}\", which makes no sense", key,
              fact->second);
  });
  return settings;
}

/// The side of the films that a network was trained on. Throws Error when it makes no sense.
std::int64_t image_size_from(const Facts& facts, std::int64_t otherwise);

}  // namespace scrim
