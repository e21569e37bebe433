// libpng reports errors by longjmp. Objects with destructors therefore live outside the functions that call
// setjmp.
#include "data/files/png.h"

#include <png.h>

#include <csetjmp>
#include <cstring>

namespace scrim {
namespace {

struct Source {
  std::string_view bytes;
  std::size_t at = 0;
};

struct Message {
  char text[200] = {};
};

void on_error(png_structp png, png_const_charp text) {
  auto* message = static_cast<Message*>(png_get_error_ptr(png));
  std::strncpy(message->text, text, sizeof message->text - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}  // about chunks that are not read anyway

void read_bytes(png_structp png, png_bytep out, png_size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->bytes.size() - source->at) png_error(png, "the file ends too early (truncated)");
  std::memcpy(out, source->bytes.data() + source->at, count);
  source->at += count;
}

struct Header {
  png_uint_32 width = 0, height = 0;
  int bits = 0, color = 0;
};

/// The two halves of reading, each with a setjmp of its own; false after an error.
bool read_header(png_structp png, png_infop info, Header& header) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_read_info(png, info);
  png_get_IHDR(png, info, &header.width, &header.height, &header.bits, &header.color, nullptr, nullptr,
               nullptr);
  return true;
}

bool read_rows(png_structp png, png_infop info, png_bytepp rows, int bits) {
  if (setjmp(png_jmpbuf(png))) return false;
  if (bits < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (bits == 16) png_set_swap(png);  // the file is big-endian
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  png_read_image(png, rows);
  png_read_end(png, nullptr);
  return true;
}

struct Reader {
  png_structp png;
  png_infop info;
  Reader(Message& message)
      : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, &message, on_error, on_warning)),
        info(png ? png_create_info_struct(png) : nullptr) {
    if (!info) throw std::bad_alloc();
  }
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
  Reader(const Reader&) = delete;
};

struct Writer {
  png_structp png;
  png_infop info;
  Writer(Message& message)
      : png(png_create_write_struct(PNG_LIBPNG_VER_STRING, &message, on_error, on_warning)),
        info(png ? png_create_info_struct(png) : nullptr) {
    if (!info) throw std::bad_alloc();
  }
  ~Writer() { png_destroy_write_struct(&png, &info); }
  Writer(const Writer&) = delete;
};

void append_bytes(png_structp png, png_bytep bytes, png_size_t count) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(bytes), count);
}

bool write_rows(png_structp png, png_infop info, png_bytepp rows, const GrayImage& image) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_compression_level(png, 6);
  png_set_IHDR(png, info, png_uint_32(image.width), png_uint_32(image.height), image.bits,
               PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  if (image.bits == 16) png_set_swap(png);
  png_write_image(png, rows);
  png_write_end(png, nullptr);
  return true;
}

}  // namespace

void require_plausible_size(std::uint64_t height, std::uint64_t width, std::size_t file_bytes,
                            double pixels_per_byte, std::string_view name) {
  constexpr std::uint64_t longest_side = 32768, most_pixels = 128u << 20;
  require(height > 0 && width > 0, name, "has the size {}x{}", width, height);
  require(height <= longest_side && width <= longest_side && height * width <= most_pixels, name,
          "has {}x{} pixels; the limit is {} per side and {} in total", width, height, longest_side,
          most_pixels);
  require(double(height * width) <= double(file_bytes) * pixels_per_byte, name,
          "claims {}x{} pixels, too many for {} bytes", width, height, file_bytes);
}

GrayImage decode_png(std::string_view bytes, std::string_view name) {
  Message message;
  Source source{bytes};
  Reader reader(message);
  png_set_read_fn(reader.png, &source, read_bytes);
  png_set_crc_action(reader.png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
  png_set_user_limits(reader.png, 0x7fffffff, 0x7fffffff);  // sizes are judged below, with a better message
  png_set_chunk_malloc_max(reader.png, 8 << 20);
  png_set_chunk_cache_max(reader.png, 64);

  Header header;
  require(read_header(reader.png, reader.info, header), name, "damaged PNG: {}", message.text);
  // Deflate stores at most 1032 bytes in one; a byte holds up to 8 pixels.
  require_plausible_size(header.height, header.width, bytes.size(),
                         1032.0 * (header.bits < 8 ? 8 / header.bits : 1), name);
  require(header.color == PNG_COLOR_TYPE_GRAY, name, "has {}, expected one gray channel",
          header.color == PNG_COLOR_TYPE_GRAY_ALPHA  ? "2 channels (gray and alpha)"
          : header.color == PNG_COLOR_TYPE_RGB_ALPHA ? "4 channels (color and alpha)"
          : header.color == PNG_COLOR_TYPE_PALETTE   ? "a color palette"
                                                     : "3 channels (color)");

  const std::size_t sample = header.bits == 16 ? 2 : 1, row_bytes = header.width * sample;
  std::vector<png_byte> data(row_bytes * header.height);
  std::vector<png_bytep> rows;
  for (std::size_t row = 0; row < header.height; ++row) rows.push_back(data.data() + row * row_bytes);
  require(read_rows(reader.png, reader.info, rows.data(), header.bits), name, "damaged PNG: {}",
          message.text);

  GrayImage image{header.height, header.width, header.bits == 16 ? 16 : 8, {}};
  image.pixels.resize(std::size_t(header.height) * header.width);
  if (sample == 2)
    std::memcpy(image.pixels.data(), data.data(), data.size());
  else
    std::copy(data.begin(), data.end(), image.pixels.begin());
  return image;
}

std::string encode_png(const GrayImage& image) {
  require(image.bits == 8 || image.bits == 16, "png", "{} bits came, expected 8 or 16", image.bits);
  require(
      image.height > 0 && image.width > 0 && std::int64_t(image.pixels.size()) == image.height * image.width,
      "png", "{} pixels came for {}x{}", image.pixels.size(), image.width, image.height);
  std::vector<png_byte> narrow;
  if (image.bits == 8) narrow.assign(image.pixels.begin(), image.pixels.end());
  auto* data = image.bits == 8
                   ? narrow.data()
                   : const_cast<png_bytep>(reinterpret_cast<const png_byte*>(image.pixels.data()));
  std::vector<png_bytep> rows;
  for (std::int64_t row = 0; row < image.height; ++row)
    rows.push_back(data + row * image.width * (image.bits / 8));

  std::string out;
  Message message;
  Writer writer(message);
  png_set_write_fn(writer.png, &out, append_bytes, nullptr);
  require(write_rows(writer.png, writer.info, rows.data(), image), "png", "cannot be encoded: {}",
          message.text);
  return out;
}

}  // namespace scrim
