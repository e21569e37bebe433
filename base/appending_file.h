// A file that grows through a run and is cut back to a known length when the run is resumed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace scrim {

class AppendingFile {
 public:
  /// Opens or makes the file and cuts it to `keep_bytes`. Throws Error when it is shorter than that.
  AppendingFile(std::filesystem::path path, std::uint64_t keep_bytes);
  ~AppendingFile();
  AppendingFile(const AppendingFile&) = delete;
  AppendingFile& operator=(const AppendingFile&) = delete;

  void append(std::string_view bytes);
  /// After this everything appended is on the disk.
  void sync();
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t bytes_ = 0;
};

}  // namespace scrim
