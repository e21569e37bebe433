// libjpeg reports errors through a callback that must not return: longjmp, as in png.cpp. Its warnings (a
// file that ends too early, say) are errors here: a film with a gray lower half is no film.
#include "data/files/jpeg.h"

#include <jpeglib.h>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "data/files/png.h"

namespace scrim {
namespace {

void on_error(j_common_ptr info);
void on_message(j_common_ptr info, int level);

struct ErrorManager {
  jpeg_error_mgr base;  // first: libjpeg hands back a pointer to it
  jmp_buf escape;
  char text[JMSG_LENGTH_MAX] = {};
  ErrorManager() {
    jpeg_std_error(&base);
    base.error_exit = on_error;
    base.emit_message = on_message;
  }
};

void on_error(j_common_ptr info) {
  auto* manager = reinterpret_cast<ErrorManager*>(info->err);
  info->err->format_message(info, manager->text);
  longjmp(manager->escape, 1);
}

void on_message(j_common_ptr info, int level) {
  if (level < 0) on_error(info);  // a warning: the data are damaged
}

struct Reader {
  jpeg_decompress_struct info{};
  ErrorManager errors{};
  Reader() {
    info.err = &errors.base;
    jpeg_create_decompress(&info);
  }
  ~Reader() { jpeg_destroy_decompress(&info); }
  Reader(const Reader&) = delete;
};

bool read_header(Reader& reader, std::string_view bytes) {
  if (setjmp(reader.errors.escape)) return false;
  jpeg_mem_src(&reader.info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&reader.info, TRUE);
  return true;
}

bool read_rows(Reader& reader, std::uint8_t* out) {
  if (setjmp(reader.errors.escape)) return false;
  reader.info.dct_method = JDCT_ISLOW;  // the exact integer transform
  jpeg_start_decompress(&reader.info);
  while (reader.info.output_scanline < reader.info.output_height) {
    JSAMPROW row = out + std::size_t(reader.info.output_scanline) * reader.info.output_width;
    jpeg_read_scanlines(&reader.info, &row, 1);
  }
  jpeg_finish_decompress(&reader.info);
  return true;
}

struct Writer {
  jpeg_compress_struct info{};
  ErrorManager errors{};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  Writer() {
    info.err = &errors.base;
    jpeg_create_compress(&info);
  }
  ~Writer() {
    jpeg_destroy_compress(&info);
    std::free(bytes);
  }
  Writer(const Writer&) = delete;
};

bool write_rows(Writer& writer, std::int64_t height, std::int64_t width, std::uint8_t* rows, int quality) {
  if (setjmp(writer.errors.escape)) return false;
  jpeg_compress_struct& info = writer.info;
  jpeg_mem_dest(&info, &writer.bytes, &writer.size);
  info.image_width = JDIMENSION(width);
  info.image_height = JDIMENSION(height);
  info.input_components = 1;
  info.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  info.optimize_coding = TRUE;
  info.dct_method = JDCT_ISLOW;
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = rows + std::size_t(info.next_scanline) * info.image_width;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

}  // namespace

std::string encode_jpeg(const GrayImage& image, int quality) {
  require(image.bits == 8 && quality >= 1 && quality <= 100, "jpeg",
          "{} bits and quality {} came, expected 8 and 1 to 100", image.bits, quality);
  std::vector<std::uint8_t> rows(image.pixels.begin(), image.pixels.end());
  Writer writer;
  require(write_rows(writer, image.height, image.width, rows.data(), quality), "jpeg", "{}",
          writer.errors.text);
  return {reinterpret_cast<const char*>(writer.bytes), writer.size};
}

GrayImage decode_jpeg(std::string_view bytes, std::string_view name) {
  Reader reader;
  require(read_header(reader, bytes), name, "damaged JPEG: {}", reader.errors.text);
  // Flat areas of a progressive file take next to nothing; a real film has some 4 pixels in a byte.
  require_plausible_size(reader.info.image_height, reader.info.image_width, bytes.size(), 4096, name);
  require(reader.info.num_components == 1, name, "has {} channels (color), expected one gray channel",
          reader.info.num_components);
  std::vector<std::uint8_t> data(std::size_t(reader.info.image_height) * reader.info.image_width);
  require(read_rows(reader, data.data()), name, "damaged JPEG: {}", reader.errors.text);
  GrayImage image{reader.info.image_height, reader.info.image_width, 8, {}};
  image.pixels.assign(data.begin(), data.end());
  return image;
}

}  // namespace scrim
