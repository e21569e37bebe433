#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>

#include "base/error.h"

namespace scrim {
namespace {

std::string reason() {
  return std::strerror(errno);
}

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;  // the rename has happened; some file systems refuse to open folders
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path, unsigned mode) : path_(std::move(path)) {
  // A file that is there already may be somebody else's, with other permissions: never written into.
  std::random_device random;
  do {
    temporary_ = path_;
    temporary_ += fmt::format(".partial-{:08x}", random());
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  } while (descriptor_ < 0 && errno == EEXIST);
  require(descriptor_ >= 0, "write", "{}: cannot be created: {}", path_.string(), reason());
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    require(written > 0, "write", "{}: cannot be written: {}", path_.string(), reason());
    bytes = bytes.subspan(std::size_t(written));
  }
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void AtomicFile::commit() {
  commit(true);
}

void AtomicFile::commit_new() {
  commit(false);
}

void AtomicFile::commit(bool may_replace) {
  require(::fsync(descriptor_) == 0, "write", "{}: cannot be written: {}", path_.string(), reason());
  const char *from = temporary_.c_str(), *to = path_.c_str();
  bool done = may_replace ? ::rename(from, to) == 0
                          : ::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0;
  // NFS knows no such rename, but refuses a link to a name that is there.
  if (!done && !may_replace && errno == EINVAL) done = ::link(from, to) == 0 && ::unlink(from) == 0;
  require(done, "write", "{}: cannot be put in place: {}", path_.string(), reason());
  ::close(descriptor_);
  descriptor_ = -1;
  sync_folder(path_.parent_path());
}

FileReader::FileReader(const std::filesystem::path& path, std::size_t limit)
    : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  require(descriptor_ >= 0, "read", "{}: cannot be opened: {}", path_.string(), reason());
  struct stat info {};
  const bool known = ::fstat(descriptor_, &info) == 0;
  size_ = std::size_t(info.st_size);
  mode_ = info.st_mode & 07777;
  if (known && S_ISREG(info.st_mode) && size_ <= limit) return;
  ::close(descriptor_);
  require(known && S_ISREG(info.st_mode), "read", "{}: is not a regular file", path_.string());
  fail("read", "{}: has {} bytes, at most {} are accepted", path_.string(), size_, limit);
}

FileReader::~FileReader() {
  ::close(descriptor_);
}

void FileReader::read(std::size_t offset, std::size_t count, void* to) const {
  for (std::size_t done = 0; done < count;) {
    const ssize_t now =
        ::pread(descriptor_, static_cast<char*>(to) + done, count - done, off_t(offset + done));
    if (now < 0 && errno == EINTR) continue;
    require(now >= 0, "read", "{}: cannot be read: {}", path_.string(), reason());
    require(now > 0, "read", "{}: ended at byte {} of {}", path_.string(), offset + done, size_);
    done += std::size_t(now);
  }
}

std::string read_file(const std::filesystem::path& path, std::size_t limit) {
  const FileReader reader(path, limit);
  std::string content(reader.size(), '\0');
  reader.read(0, content.size(), content.data());
  return content;
}

void write_file(const std::filesystem::path& path, std::string_view content, unsigned mode) {
  AtomicFile file(path, mode);
  file.write(content);
  file.commit();
}

}  // namespace scrim
