// Weights as messages and records name them.
#pragma once

#include <string>

namespace scrim {

/// Of a file's bytes, or of weights that are part of the executable ("builtin:NAME").
std::string sha256_of_weights(const std::string& weights);

/// "builtin:NAME (SHA-256 0123456789ab)", or the file's path.
std::string name_of_weights(const std::string& weights);

}  // namespace scrim
