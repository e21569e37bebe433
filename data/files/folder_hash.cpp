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

std::string sha256_of_folder(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) names.push_back(entry.path().lexically_relative(folder).generic_string());
  return sha256_of_files(folder, std::move(names));
}

}  // namespace scrim
