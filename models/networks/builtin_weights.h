// Trained weights that are part of the executable, so that it works alone: `builtin:NAME` stands for one wherever
// a weight file is asked for. The files, each with its card, stand beside this header.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/safetensors.h"

namespace scrim {

/// "builtin:flow_field", "builtin:noise", "builtin:segmenter".
std::vector<std::string> builtin_weights();
bool is_builtin(std::string_view name);  ///< begins with "builtin:"

/// The weight file's bytes and its card (Markdown); they live as long as the program. Throw UsageError that
/// lists the names for one unknown.
std::string_view builtin_weight_bytes(std::string_view name);
std::string_view builtin_card(std::string_view name);

/// From a file, or from the executable for a name of builtin_weights(). Throws as they do.
TensorFile read_weight_file(const std::filesystem::path& path);

}  // namespace scrim
