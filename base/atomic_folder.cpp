#include "base/atomic_folder.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>

#include "base/error.h"

namespace scrim {

namespace fs = std::filesystem;

AtomicFolder::AtomicFolder(fs::path path) : path_(path.lexically_normal()) {
  if (!path_.has_filename()) path_ = path_.parent_path();  // of "pool/"
  std::random_device random;
  std::error_code error;
  if (path_.has_parent_path()) fs::create_directories(path_.parent_path(), error);
  bool is_new = false;
  while (!error && !is_new) {
    temporary_ = path_.string() + fmt::format(".partial-{:08x}", random());
    is_new = fs::create_directory(temporary_, error);
  }
  require(!error, "write", "{} cannot be made: {}", path_.string(), error.message());
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

void AtomicFolder::commit() {
  const char *from = temporary_.c_str(), *to = path_.c_str();
  bool done = ::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0;
  if (!done && errno == EINVAL && !fs::exists(path_))
    done = ::rename(from, to) == 0;  // NFS knows no such rename
  require(done, "write", "{} cannot be put in place: {}", path_.string(), std::strerror(errno));
  temporary_.clear();
}

}  // namespace scrim
