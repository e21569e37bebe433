#include "models/model_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "tensor/spelling.h"

namespace scrim {
namespace {

/// "3,4,6,3" as a list; nothing when it is none.
std::optional<std::vector<std::int64_t>> list_from(std::string text) {
  std::erase(text, ' ');
  std::vector<std::int64_t> numbers;
  const char *at = text.data(), *end = at + text.size();
  while (true) {
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc()) return std::nullopt;
    numbers.push_back(number);
    if (rest == end) return numbers;
    if (*rest != ',') return std::nullopt;
    at = rest + 1;
  }
}

}  // namespace

template <class T>
T ModelSettings::take(const std::string& name, T otherwise, const char* type) {
  known_.push_back(name);
  const auto entry = values_.find(name);
  if (entry == values_.end()) return otherwise;
  if (const T* value = std::get_if<T>(&entry->second)) return *value;
  throw UsageError(fmt::format("[settings] {} has another type, expected {}", name, type));
}

bool ModelSettings::get(const std::string& name, bool otherwise) {
  return take(name, otherwise, "true or false");
}
std::int64_t ModelSettings::get(const std::string& name, std::int64_t otherwise) {
  return take(name, otherwise, "a whole number");
}
double ModelSettings::get(const std::string& name, double otherwise) {
  if (const auto entry = values_.find(name); entry != values_.end())
    if (const auto* whole = std::get_if<std::int64_t>(&entry->second)) entry->second = double(*whole);
  return take(name, otherwise, "a number");
}
std::string ModelSettings::get(const std::string& name, const char* otherwise) {
  return take(name, std::string(otherwise), "a text");
}
std::vector<std::int64_t> ModelSettings::get(const std::string& name,
                                             const std::vector<std::int64_t>& otherwise) {
  if (const auto entry = values_.find(name); entry != values_.end()) {
    if (const auto* single = std::get_if<std::int64_t>(&entry->second))
      entry->second = std::vector<std::int64_t>{*single};
    else if (const auto* text = std::get_if<std::string>(&entry->second))
      if (const auto list = list_from(*text)) entry->second = *list;
  }
  return take(name, otherwise, "a list of whole numbers, as 3,4,6,3");
}

void ModelSettings::require_all_known(const std::string& of) const {
  for (const auto& [name, value] : values_) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const std::string near = nearest_spelling(name, known_);
    throw UsageError(fmt::format("[settings] {} has no setting {}{}; it has {}", of, name,
                                 near.empty() ? "" : fmt::format(", did you mean {}?", near),
                                 known_.empty() ? "none" : fmt::format("{}", fmt::join(known_, ", "))));
  }
}

}  // namespace scrim
