// libjpeg reports errors through a callback that must not return: longjmp, as in png.cpp. Its warnings (a
// file that ends too early, say) are errors here: a film with a gray lower half is no film.
#include "data/jpeg.h"

#include <jpeglib.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>

#include "data/png.h"

namespace scrim {
namespace {

struct ErrorManager {
  jpeg_error_mgr base;  // first: libjpeg hands back a pointer to it
  jmp_buf escape;
  char text[JMSG_LENGTH_MAX] = {};
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
    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = on_error;
    errors.base.emit_message = on_message;
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

}  // namespace

GrayImage decode_jpeg(std::string_view bytes, std::string_view name) {
  Reader reader;
  require(read_header(reader, bytes), name, "damaged JPEG: {}", reader.errors.text);
  // Flat areas of a progressive file take next to nothing; a real film has some 4 pixels in a byte.
  require_plausible_size(reader.info.image_height, reader.info.image_width, bytes.size(), 4096, name);
  require(reader.info.num_components == 1, name, "has {} channels (colour), expected one gray channel",
          reader.info.num_components);
  std::vector<std::uint8_t> data(std::size_t(reader.info.image_height) * reader.info.image_width);
  require(read_rows(reader, data.data()), name, "damaged JPEG: {}", reader.errors.text);
  GrayImage image{reader.info.image_height, reader.info.image_width, 8, {}};
  image.pixels.assign(data.begin(), data.end());
  return image;
}

}  // namespace scrim
