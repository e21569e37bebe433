#include "training/loop/event_file.h"

#include <array>
#include <charconv>
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

void EventFile::pr_curve(std::string_view tag, std::int64_t step, const std::vector<Scored>& cases) {
  constexpr int thresholds = 127;
  // Rows: true and false positives, true and false negatives, precision, recall.
  std::array<std::array<float, thresholds>, 6> rows{};
  for (int i = 0; i < thresholds; ++i) {
    const Confusion c = confusion_at(cases, double(i) / (thresholds - 1));
    const double values[] = {c.true_positive,  c.false_positive, c.true_negative,
                             c.false_negative, c.precision(),    c.recall()};
    for (std::size_t row = 0; row < rows.size(); ++row) rows[row][std::size_t(i)] = float(values[row]);
  }
  tensorboard::PrCurvePluginData plugin;
  plugin.set_num_thresholds(thresholds);
  auto event = event_now(step);
  auto* entry = event.mutable_summary()->add_value();
  entry->set_tag(std::string(tag));
  entry->mutable_metadata()->mutable_plugin_data()->set_plugin_name("pr_curves");
  entry->mutable_metadata()->mutable_plugin_data()->set_content(plugin.SerializeAsString());
  auto* tensor = entry->mutable_tensor();
  tensor->set_dtype(1);
  for (const std::int64_t size : {std::int64_t(rows.size()), std::int64_t(thresholds)})
    tensor->mutable_tensor_shape()->add_dim()->set_size(size);
  tensor->set_tensor_content(rows.data(), sizeof rows);
  append(event.SerializeAsString());
}

void EventFile::hyper_parameters(const std::map<std::string, std::string>& values) {
  tensorboard::HParamsPluginData data;
  for (const auto& [name, text] : values) {
    tensorboard::HyperParameter& value = (*data.mutable_session_start_info()->mutable_hparams())[name];
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size())
      value.set_number_value(number);
    else if (text == "true" || text == "false")
      value.set_bool_value(text == "true");
    else
      value.set_string_value(text);
  }
  auto event = event_now(0);
  data.mutable_session_start_info()->set_start_time_secs(event.wall_time());
  auto* entry = event.mutable_summary()->add_value();
  entry->set_tag("_hparams_/session_start_info");
  entry->mutable_metadata()->mutable_plugin_data()->set_plugin_name("hparams");
  entry->mutable_metadata()->mutable_plugin_data()->set_content(data.SerializeAsString());
  append(event.SerializeAsString());
}

}  // namespace scrim
