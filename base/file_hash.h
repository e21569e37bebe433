// SHA-256 of files, to say exactly which data and weights a figure was made with.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace scrim {

/// 64 hexadecimal digits.
std::string sha256(std::string_view bytes);
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace scrim
