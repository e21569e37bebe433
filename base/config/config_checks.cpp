#include "base/config/config_checks.h"

namespace scrim {

void check_range(std::string_view table, const char* key, double value, double low, double high) {
  expect(value >= low && value <= high, fmt::format("{}.{}", table, key), value,
         fmt::format("{} to {}", low, high));
}

void check_given(std::string_view key, const std::string& value, std::string_view expected) {
  expect(!value.empty(), key, "\"\"", expected);
}

}  // namespace scrim
