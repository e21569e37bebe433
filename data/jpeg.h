// Baseline and progressive JPEG through libjpeg, gray only.
#pragma once

#include <string_view>

#include "data/image_file.h"

namespace scrim {

GrayImage decode_jpeg(std::string_view bytes, std::string_view name);

}  // namespace scrim
