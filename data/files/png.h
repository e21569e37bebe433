// PNG through libpng: https://www.w3.org/TR/png/
#pragma once

#include <string_view>

#include "data/files/image_file.h"

namespace scrim {

GrayImage decode_png(std::string_view bytes, std::string_view name);

/// Throws Error unless an image of these sizes is of a sane size and can come out of a file of `file_bytes`,
/// when no codec of the format stores more than `pixels_per_byte` pixels in a byte.
void require_plausible_size(std::uint64_t height, std::uint64_t width, std::size_t file_bytes,
                            double pixels_per_byte, std::string_view name);

}  // namespace scrim
