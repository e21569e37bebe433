#include "models/networks/weight_name.h"

#include <fmt/core.h>

#include "base/file_hash.h"
#include "models/networks/builtin_weights.h"

namespace scrim {

std::string sha256_of_weights(const std::string& weights) {
  return is_builtin(weights) ? sha256(builtin_weight_bytes(weights)) : sha256_of_file(weights);
}

std::string name_of_weights(const std::string& weights) {
  if (!is_builtin(weights)) return weights;  // hashing a large file would take longer than a film
  return fmt::format("{} (SHA-256 {})", weights, sha256_of_weights(weights).substr(0, 12));
}

}  // namespace scrim
