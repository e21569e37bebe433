// Folders that appear under their name whole or not at all.
#pragma once

#include <filesystem>

namespace scrim {

/// A temporary folder beside `path` that commit() renames. Without commit() it is removed.
class AtomicFolder {
 public:
  /// Throws Error when the folder cannot be made, the reason included.
  explicit AtomicFolder(std::filesystem::path path);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// Where its files are written before commit().
  const std::filesystem::path& place() const { return temporary_; }
  /// Throws Error when `path` is there already.
  void commit();

 private:
  std::filesystem::path path_, temporary_;
};

}  // namespace scrim
