// TensorBoard event files: scalars, images and precision-recall curves along the steps of a run, and its
// hyper-parameters.
// A file is a list of records: u64 length | u32 masked crc32c of the length | bytes | u32 masked crc32c of
// the bytes (TensorFlow's TFRecord format), each record an Event message.
#pragma once

#include <filesystem>
#include <map>
#include <string_view>

#include "base/appending_file.h"
#include "data/files/image_file.h"
#include "measures/scores.h"

namespace scrim {

/// Appends to the file; begins a new one with the version record.
class EventFile {
 public:
  /// `keep_bytes`: how much of a file that is there stays; the rest is cut off (a run resumes from a
  /// checkpoint, and what came after it will be written again).
  EventFile(const std::filesystem::path& path, std::uint64_t keep_bytes);

  void scalar(std::string_view tag, std::int64_t step, double value);
  void image(std::string_view tag, std::int64_t step, const GrayImage& image);
  /// Precision and recall at 127 thresholds between 0 and 1. Cases score probabilities.
  void pr_curve(std::string_view tag, std::int64_t step, const std::vector<Scored>& cases);
  /// What TensorBoard's table of runs shows: `values` are numbers, true, false or texts as TOML writes them.
  void hyper_parameters(const std::map<std::string, std::string>& values);
  AppendingFile& file() { return file_; }

 private:
  void append(std::string_view message);
  AppendingFile file_;
};

/// CRC-32C (Castagnoli), RFC 3720 appendix B.4.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace scrim
