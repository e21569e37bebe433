#include "data/files/folder_hash.h"

#include <algorithm>

#include "base/file_hash.h"
#include "tensor/parallel.h"

namespace scrim {

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
