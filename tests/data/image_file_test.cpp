#include "data/files/image_file.h"

#include <gtest/gtest.h>
#include <jpeglib.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/atomic_file.h"
#include "data/files/jpeg.h"
#include "tests/support/op_check.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

namespace scrim::test {
namespace {

GrayImage gradient(std::int64_t height, std::int64_t width, int bits) {
  GrayImage image{height, width, bits, {}};
  for (std::int64_t i = 0; i < height * width; ++i)
    image.pixels.push_back(std::uint16_t((i * 2654435761u >> 7) & ((1u << bits) - 1)));
  return image;
}

void expect_error(const std::string& bytes, const std::string& part) {
  try {
    decode_image(bytes, "film.png");
    FAIL() << "no error; expected one about: " << part;
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what() << "\nexpected: " << part;
  }
}

/// A PNG with this IHDR and an empty body; the checksum is right.
std::string png_header(std::uint32_t width, std::uint32_t height, int bits, int color) {
  std::string chunk = "IHDR";
  for (std::uint32_t value : {width, height})
    for (int shift : {24, 16, 8, 0}) chunk += char(value >> shift & 0xff);
  chunk += {char(bits), char(color), 0, 0, 0};
  std::uint32_t crc = ~0u;
  for (unsigned char byte : chunk) {
    crc ^= byte;
    for (int k = 0; k < 8; ++k) crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
  }
  std::string file = "\x89PNG\r\n\x1a\n";
  file += std::string("\0\0\0\x0d", 4) + chunk;
  for (int shift : {24, 16, 8, 0}) file += char(~crc >> shift & 0xff);
  return file + std::string("\0\0\0\x01IDAT", 8);
}

TEST(ImageFile, PngKeepsEveryPixel) {
  for (int bits : {8, 16})
    for (auto [height, width] : {std::pair<std::int64_t, std::int64_t>{1, 1}, {7, 13}, {64, 33}}) {
      const GrayImage image = gradient(height, width, bits);
      const GrayImage read = decode_image(encode_png(image), "film.png");
      EXPECT_EQ(read.bits, bits);
      EXPECT_EQ(read.height, height);
      EXPECT_EQ(read.width, width);
      EXPECT_EQ(read.pixels, image.pixels);
    }
}

TEST(ImageFile, TensorAndBackKeepsEveryValue) {
  for (int bits : {8, 16}) {
    GrayImage image{1, 1 << bits, bits, {}};
    for (int i = 0; i < 1 << bits; ++i) image.pixels.push_back(std::uint16_t(i));
    EXPECT_EQ(image_from_tensor(tensor_from_image(image), bits).pixels, image.pixels);
  }
  const Tensor beyond = Tensor::from<float>({1, 1, 3, 1}, {-0.5f, 0.5f, 7.0f});
  EXPECT_EQ(image_from_tensor(beyond, 8).pixels, (std::vector<std::uint16_t>{0, 128, 255}));
  EXPECT_THROW(image_from_tensor(Tensor::from<float>({1, 1, 1, 1}, {std::nanf("")}), 8), Error);
}

TEST(ImageFile, SaysWhatIsWrongWithAFile) {
  const std::string good = encode_png(gradient(40, 50, 8));
  expect_error("", "is empty");
  expect_error("hello", "neither PNG nor JPEG");
  expect_error(good.substr(0, 20), "truncated");
  expect_error(good.substr(0, good.size() / 2), "truncated");
  expect_error(good.substr(0, good.size() - 6), "truncated");
  std::string damaged = good;
  damaged[good.size() / 2] ^= 0x55;
  expect_error(damaged, "damaged PNG");
  expect_error(png_header(60000, 60000, 8, 0), "the limit is 32768");
  expect_error(png_header(20000, 5000, 8, 0), "too many for");
  expect_error(png_header(0, 5, 8, 0), "damaged PNG");
  expect_error(png_header(4, 4, 8, 2), "3 channels");
  expect_error(png_header(4, 4, 8, 4), "2 channels");
  expect_error(png_header(4, 4, 8, 6), "4 channels");
  expect_error("\xff\xd8\xff\xe0 no jpeg", "damaged JPEG");
}

TEST(ImageFile, EveryTruncationIsAnError) {
  const std::string good = encode_png(gradient(9, 11, 16));
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_THROW(decode_image(good.substr(0, length), "film.png"), Error) << length;
}

/// A JPEG of `components` channels, every pixel a smooth ramp.
std::string jpeg_file(int width, int height, int components) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long count = 0;
  jpeg_mem_dest(&info, &bytes, &count);
  info.image_width = JDIMENSION(width);
  info.image_height = JDIMENSION(height);
  info.input_components = components;
  info.in_color_space = components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 95, TRUE);
  jpeg_start_compress(&info, TRUE);
  for (int y = 0; y < height; ++y) {
    std::vector<unsigned char> row;
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < components; ++c) row.push_back(static_cast<unsigned char>(2 * x + y));
    JSAMPROW pointer = row.data();
    jpeg_write_scanlines(&info, &pointer, 1);
  }
  jpeg_finish_compress(&info);
  const std::string file(reinterpret_cast<char*>(bytes), count);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return file;
}

TEST(ImageFile, JpegIsReadGrayAndWhole) {
  const std::string file = jpeg_file(64, 48, 1);
  const GrayImage image = decode_image(file, "film.jpg");
  ASSERT_EQ(image.width, 64);
  ASSERT_EQ(image.height, 48);
  EXPECT_EQ(image.bits, 8);
  for (int y = 0; y < 48; ++y)
    for (int x = 0; x < 64; ++x)
      ASSERT_NEAR(image.pixels[std::size_t(y * 64 + x)], 2 * x + y, 3) << x << " " << y;
  expect_error(jpeg_file(64, 48, 3), "3 channels");
  for (std::size_t cut : {std::size_t(30), file.size() / 2, file.size() - 20})
    expect_error(file.substr(0, cut), "damaged JPEG");
}

TEST(ImageFile, RealFilms) {
  const auto folder = data_folder();
  REQUIRE_TEST_DATA(folder);
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "nih/images_1024")) {
    const GrayImage image = read_image(entry.path());
    EXPECT_EQ(image.width, 1024);
    EXPECT_EQ(image.height, 1024);
    EXPECT_EQ(decode_image(encode_png(image), "again").pixels, image.pixels);
    ++count;
  }
  EXPECT_EQ(count, 12);
}

TEST(Jpeg, WhatIsWrittenCanBeReadAndBetterQualityIsCloserAndLarger) {
  GrayImage film{40, 57, 8, {}};
  for (int i = 0; i < 40 * 57; ++i) film.pixels.push_back(std::uint16_t(128 + 90 * std::sin(0.01 * i * i)));
  double error_before = 1e9;
  std::size_t size_before = 0;
  for (const int quality : {5, 50, 95}) {
    const std::string bytes = encode_jpeg(film, quality);
    const GrayImage back = decode_image(bytes, "jpeg");
    ASSERT_EQ(back.pixels.size(), film.pixels.size());
    double error = 0;
    for (std::size_t i = 0; i < film.pixels.size(); ++i)
      error += std::abs(double(back.pixels[i]) - double(film.pixels[i]));
    EXPECT_LT(error, error_before);
    EXPECT_GT(bytes.size(), size_before);
    error_before = error;
    size_before = bytes.size();
  }
  EXPECT_THROW(encode_jpeg(film, 0), Error);
  EXPECT_THROW(encode_jpeg({1, 1, 16, {0}}, 50), Error);
}

}  // namespace
}  // namespace scrim::test
