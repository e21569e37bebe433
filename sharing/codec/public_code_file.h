// The files of published ambiguation: a film's public code, and its key. safetensors with the published order of
// axes: "code" [patches,c,m,h,w] f32; "positive" and "negative" [patches,k,m,h,w].
#pragma once

#include <filesystem>

#include "sharing/codec/published_ambiguation.h"

namespace scrim {

struct PublicCode {
  Tensor dense;  ///< [N,h,w,c,m]
  std::int64_t height = 0, width = 0;
  int bits = 8;
  std::int64_t k = 0;
  std::string model;  ///< SHA-256 of the weights that made it, 64 hexadecimal digits
};

void write_public_code(const std::filesystem::path& path, const PublicCode& code);
/// Throws Error for a file that holds something else.
PublicCode read_public_code(const std::filesystem::path& path);

struct CodeKey {
  Tensor positive, negative;  ///< [N,h,w,k,m] i64
};
/// With permissions 0600.
void write_code_key(const std::filesystem::path& path, const CodeKey& key);
/// Throws Error unless it fits the code.
CodeKey read_code_key(const std::filesystem::path& path, const PublicCode& code);

}  // namespace scrim
