#include "models/networks/builtin_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"

extern "C" {  // of builtin_weights.S
extern const char scrim_flow_field_weights[], scrim_flow_field_weights_end[], scrim_flow_field_card[],
    scrim_flow_field_card_end[];
extern const char scrim_noise_weights[], scrim_noise_weights_end[], scrim_noise_card[],
    scrim_noise_card_end[];
extern const char scrim_segmenter_weights[], scrim_segmenter_weights_end[], scrim_segmenter_card[],
    scrim_segmenter_card_end[];
}

namespace scrim {
namespace {

struct Entry {
  std::string_view name, weights, card;
};
const Entry entries[] = {
    {"builtin:flow_field",
     {scrim_flow_field_weights, scrim_flow_field_weights_end},
     {scrim_flow_field_card, scrim_flow_field_card_end}},
    {"builtin:noise",
     {scrim_noise_weights, scrim_noise_weights_end},
     {scrim_noise_card, scrim_noise_card_end}},
    {"builtin:segmenter",
     {scrim_segmenter_weights, scrim_segmenter_weights_end},
     {scrim_segmenter_card, scrim_segmenter_card_end}},
};

const Entry& entry_of(std::string_view name) {
  for (const Entry& entry : entries)
    if (entry.name == name) return entry;
  throw UsageError(fmt::format("[weights] there are no weights {}, expected one of {}", name,
                               fmt::join(builtin_weights(), ", ")));
}

}  // namespace

bool is_builtin(std::string_view name) {
  return name.starts_with("builtin:");
}

std::vector<std::string> builtin_weights() {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.emplace_back(entry.name);
  return names;
}

std::string_view builtin_weight_bytes(std::string_view name) {
  return entry_of(name).weights;
}
std::string_view builtin_card(std::string_view name) {
  return entry_of(name).card;
}

TensorFile read_weight_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  return is_builtin(name) ? parse_safetensors(builtin_weight_bytes(name), name) : read_safetensors(path);
}

}  // namespace scrim
