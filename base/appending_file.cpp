#include "base/appending_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace scrim {

AppendingFile::AppendingFile(std::filesystem::path path, std::uint64_t keep_bytes)
    : path_(std::move(path)), bytes_(keep_bytes) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  require(descriptor_ >= 0, "write", "{}: cannot be opened: {}", path_.string(), std::strerror(errno));
  struct stat info {};
  const bool long_enough = ::fstat(descriptor_, &info) == 0 && std::uint64_t(info.st_size) >= keep_bytes;
  if (!long_enough || ::ftruncate(descriptor_, off_t(keep_bytes)) != 0 ||
      ::lseek(descriptor_, off_t(keep_bytes), SEEK_SET) < 0) {
    ::close(descriptor_);
    fail("write", "{}: has {} bytes, the checkpoint was made at {}", path_.string(), info.st_size,
         keep_bytes);
  }
}

AppendingFile::~AppendingFile() {
  ::close(descriptor_);
}

void AppendingFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    require(written > 0, "write", "{}: cannot be written: {}", path_.string(), std::strerror(errno));
    bytes.remove_prefix(std::size_t(written));
    bytes_ += std::uint64_t(written);
  }
}

void AppendingFile::sync() {
  require(::fsync(descriptor_) == 0, "write", "{}: cannot be written: {}", path_.string(),
          std::strerror(errno));
}

}  // namespace scrim
