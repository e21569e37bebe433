#include "base/file_hash.h"

#include <sodium.h>

#include "base/atomic_file.h"

namespace scrim {

std::string sha256(std::string_view bytes) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  char text[2 * sizeof digest + 1];
  sodium_bin2hex(text, sizeof text, digest, sizeof digest);
  return text;
}

std::string sha256_of_file(const std::filesystem::path& path) {
  return sha256(read_file(path, std::size_t(4) << 30));
}

}  // namespace scrim
