// TensorBoard event files: scalars and images along the steps of a run.
// A file is a list of records: u64 length | u32 masked crc32c of the length | bytes | u32 masked crc32c of
// the bytes (TensorFlow's TFRecord format), each record an Event message.
#pragma once

#include <filesystem>
#include <string_view>

#include "data/image_file.h"
#include "training/appending_file.h"

namespace scrim {

/// Appends to the file; begins a new one with the version record.
class EventFile {
 public:
  /// `keep_bytes`: how much of a file that is there stays; the rest is cut off (a run resumes from a
  /// checkpoint, and what came after it will be written again).
  EventFile(const std::filesystem::path& path, std::uint64_t keep_bytes);

  void scalar(std::string_view tag, std::int64_t step, double value);
  void image(std::string_view tag, std::int64_t step, const GrayImage& image);
  AppendingFile& file() { return file_; }

 private:
  void append(std::string_view message);
  AppendingFile file_;
};

/// CRC-32C (Castagnoli), RFC 3720 appendix B.4.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace scrim
