#include "methods/method_list.h"

#include <vector>

namespace scrim {

std::span<const MethodEntry> method_list() {
  static const std::vector<MethodEntry> list = [] {
    std::vector<MethodEntry> entries;
    for_each_method([&]<class Each>() { entries.push_back({Each::name, Each::network}); });
    return entries;
  }();
  return list;
}

const MethodEntry* find_method(std::string_view name) {
  for (const MethodEntry& entry : method_list())
    if (entry.name == name) return &entry;
  return nullptr;
}

std::string method_names(bool learned) {
  std::vector<std::string> names;
  for (const MethodEntry& entry : method_list())
    if (entry.network || !learned) names.push_back(fmt::format("\"{}\"", entry.name));
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 < names.size() ? ", " : " or ") + names[i];
  return text;
}

}  // namespace scrim
