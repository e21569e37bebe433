#include "data/file_hash.h"

#include <sodium.h>

#include <algorithm>

#include "tensor/atomic_file.h"
#include "tensor/parallel.h"

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

std::string sha256_of_files(const std::filesystem::path& folder, std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<std::string> lines(names.size());
  parallel_for(std::int64_t(names.size()), 1, [&](std::int64_t i, std::int64_t) {
    lines[std::size_t(i)] =
        names[std::size_t(i)] + " " + sha256_of_file(folder / names[std::size_t(i)]) + "\n";
  });
  std::string all;
  for (const auto& line : lines) all += line;
  return sha256(all);
}

}  // namespace scrim
