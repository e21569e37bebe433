#include "training/event_file.h"

#include <array>
#include <chrono>

#include "training/event.pb.h"

namespace scrim {
namespace {

tensorboard::Event event_now(std::int64_t step) {
  tensorboard::Event event;
  event.set_wall_time(
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count());
  event.set_step(step);
  return event;
}

/// Keeps a checksum of data that hold checksums from looking like one: TensorFlow's record_writer.
std::uint32_t masked(std::uint32_t crc) {
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

template <class Integer>
void append_little_endian(std::string& out, Integer value) {
  for (std::size_t i = 0; i < sizeof value; ++i) out += char(value >> (8 * i) & 0xff);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> entries{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
      entries[i] = crc;
    }
    return entries;
  }();
  std::uint32_t crc = 0xffffffffu;
  for (unsigned char byte : bytes) crc = crc >> 8 ^ table[(crc ^ byte) & 0xff];
  return ~crc;
}

EventFile::EventFile(const std::filesystem::path& path, std::uint64_t keep_bytes) : file_(path, keep_bytes) {
  if (keep_bytes > 0) return;
  auto event = event_now(0);
  event.set_file_version("brain.Event:2");
  append(event.SerializeAsString());
}

void EventFile::append(std::string_view message) {
  std::string record;
  append_little_endian(record, std::uint64_t(message.size()));
  append_little_endian(record, masked(crc32c(record)));
  record += message;
  append_little_endian(record, masked(crc32c(message)));
  file_.append(record);
}

void EventFile::scalar(std::string_view tag, std::int64_t step, double value) {
  auto event = event_now(step);
  auto* entry = event.mutable_summary()->add_value();
  entry->set_tag(std::string(tag));
  entry->set_simple_value(float(value));
  append(event.SerializeAsString());
}

void EventFile::image(std::string_view tag, std::int64_t step, const GrayImage& image) {
  auto event = event_now(step);
  auto* entry = event.mutable_summary()->add_value();
  entry->set_tag(std::string(tag));
  entry->mutable_image()->set_height(std::int32_t(image.height));
  entry->mutable_image()->set_width(std::int32_t(image.width));
  entry->mutable_image()->set_colorspace(1);
  entry->mutable_image()->set_encoded_image_string(encode_png(image));
  append(event.SerializeAsString());
}

}  // namespace scrim
