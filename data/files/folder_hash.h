// SHA-256 of many files at once: which films a figure was made with.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace scrim {

/// Of the names and contents of these files of a folder, in the order of their names; 64 hexadecimal digits.
std::string sha256_of_files(const std::filesystem::path& folder, std::vector<std::string> names);

/// Of all files below a folder, by their paths in it.
std::string sha256_of_folder(const std::filesystem::path& folder);

}  // namespace scrim
