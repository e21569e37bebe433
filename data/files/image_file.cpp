#include "data/files/image_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/atomic_file.h"
#include "data/files/jpeg.h"
#include "data/files/png.h"

namespace scrim {
namespace {

constexpr std::size_t largest_file = 512u << 20;

bool begins_with(std::string_view bytes, std::initializer_list<unsigned char> signature) {
  return bytes.size() >= signature.size() &&
         std::equal(signature.begin(), signature.end(), bytes.begin(),
                    [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); });
}

}  // namespace

GrayImage decode_image(std::string_view bytes, std::string_view name) {
  require(!bytes.empty(), name, "is empty (0 bytes)");
  if (begins_with(bytes, {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})) return decode_png(bytes, name);
  if (begins_with(bytes, {0xff, 0xd8, 0xff})) return decode_jpeg(bytes, name);
  fail(name, "is neither PNG nor JPEG");
}

GrayImage read_image(const std::filesystem::path& path) {
  return decode_image(read_file(path, largest_file), path.string());
}

void write_png(const std::filesystem::path& path, const GrayImage& image) {
  write_file(path, encode_png(image));
}

Tensor tensor_from_image(const GrayImage& image) {
  Tensor tensor = Tensor::empty({1, image.height, image.width, 1});
  const float largest = float((1 << image.bits) - 1);
  std::transform(image.pixels.begin(), image.pixels.end(), tensor.mutable_data<float>().begin(),
                 [&](std::uint16_t value) { return float(value) / largest; });
  return tensor;
}

GrayImage image_from_tensor(const Tensor& x, int bits) {
  require(x.shape().rank() == 4 && x.size(0) == 1 && x.size(3) == 1, "image",
          "the tensor is {}, expected [1,H,W,1]", x.shape().str());
  GrayImage image{x.size(1), x.size(2), bits, {}};
  const float largest = float((1 << bits) - 1);
  for (float value : x.data<float>()) {
    require(!std::isnan(value), "image", "a pixel is NaN");
    image.pixels.push_back(std::uint16_t(std::lround(std::clamp(value, 0.0f, 1.0f) * largest)));
  }
  return image;
}

bool has_image_name(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

}  // namespace scrim
