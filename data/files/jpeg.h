// Baseline and progressive JPEG through libjpeg, gray only.
#pragma once

#include <string>
#include <string_view>

#include "data/files/image_file.h"

namespace scrim {

GrayImage decode_jpeg(std::string_view bytes, std::string_view name);
/// Baseline with optimal Huffman tables; an 8-bit image, quality 1 to 100.
std::string encode_jpeg(const GrayImage& image, int quality);

}  // namespace scrim
