// Files that appear under their name whole or not at all.
#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace scrim {

/// Collects bytes in a temporary file beside `path`; commit() syncs and renames it. Without commit() the
/// temporary file is removed and `path` stays as it was.
class AtomicFile {
 public:
  /// Throws Error when the file cannot be created, the reason included. `mode`: its permissions, before the
  /// user's mask.
  explicit AtomicFile(std::filesystem::path path, unsigned mode = 0666);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// After this the content is on the disk under `path`. Throws Error (disk full, no permission, ...).
  void commit();
  /// The same, but Error when `path` is there already.
  void commit_new();

 private:
  void commit(bool may_replace);

  std::filesystem::path path_, temporary_;
  int descriptor_ = -1;
};

/// Reads parts of a regular file. Throws Error when it cannot be opened, is larger than `limit` bytes, or
/// ends too early.
class FileReader {
 public:
  FileReader(const std::filesystem::path& path, std::size_t limit);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  std::size_t size() const { return size_; }
  unsigned mode() const { return mode_; }  ///< permissions: 0644
  void read(std::size_t offset, std::size_t count, void* to) const;

 private:
  std::filesystem::path path_;
  int descriptor_;
  std::size_t size_ = 0;
  unsigned mode_ = 0;
};

/// The whole file. Throws Error when it cannot be read or is larger than `limit` bytes.
std::string read_file(const std::filesystem::path& path, std::size_t limit);
void write_file(const std::filesystem::path& path, std::string_view content, unsigned mode = 0666);

}  // namespace scrim
