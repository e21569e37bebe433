// Checks of configuration values: each throws a UsageError that names the key, the value that came and what was expected.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace scrim {

/// Throws UsageError "[config] table.key is VALUE, expected EXPECTED" unless `holds`.
template <class Value>
void expect(bool holds, std::string_view key, const Value& value, std::string_view expected) {
  if (!holds) throw UsageError(fmt::format("[config] {} is {}, expected {}", key, value, expected));
}

/// Throws UsageError unless low <= value <= high.
void check_range(std::string_view table, const char* key, double value, double low, double high);
/// A text that must not be empty: "[config] KEY is "", expected EXPECTED".
void check_given(std::string_view key, const std::string& value, std::string_view expected);

}  // namespace scrim
