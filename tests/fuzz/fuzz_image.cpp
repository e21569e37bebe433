// Any bytes either are an image or give an Error; an image goes out and in again unchanged.
#include "data/files/image_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto image = scrim::decode_image({reinterpret_cast<const char*>(data), size}, "fuzz");
    if (image.pixels.size() > 1 << 16) return 0;
    if (scrim::decode_image(scrim::encode_png(image), "again").pixels != image.pixels) __builtin_trap();
  } catch (const scrim::Error&) {
  }
  return 0;
}
