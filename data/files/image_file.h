// Gray images on disk: PNG with 8 or 16 bits in and out, JPEG in. Strict: a truncated or damaged file, a file
// with color or alpha, and a file whose header promises more than it can hold are errors that say so.
// Nothing but the pixels of a file is read or carried on: texts, times and color profiles stay behind.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace scrim {

struct GrayImage {
  std::int64_t height = 0, width = 0;
  int bits = 8;                       ///< 8 or 16; the largest value is 2^bits - 1
  std::vector<std::uint16_t> pixels;  ///< row by row from the top
};

/// PNG or JPEG, told by the content. `name` stands in the messages.
GrayImage decode_image(std::string_view bytes, std::string_view name);
GrayImage read_image(const std::filesystem::path& path);

/// The image as PNG; the same pixels give the same bytes.
std::string encode_png(const GrayImage& image);
/// Atomic: a file of this name is whole or not there.
void write_png(const std::filesystem::path& path, const GrayImage& image);

/// [1,H,W,1] f32 in [0,1]: value / (2^bits - 1).
Tensor tensor_from_image(const GrayImage& image);
/// Rounds to the nearest of the 2^bits values; values outside [0,1] become the nearest end. x[1,H,W,1] f32.
/// Throws Error on NaN.
GrayImage image_from_tensor(const Tensor& x, int bits);

/// Whether a file's name ends like an image that read_image may take: .png, .jpg, .jpeg, in either case.
bool has_image_name(const std::filesystem::path& path);

}  // namespace scrim
