#include "base/atomic_folder.h"

#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace scrim::test {
namespace {

namespace fs = std::filesystem;

std::size_t entries(const fs::path& folder) {
  return std::size_t(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(AtomicFolder, AppearsWholeOrNotAtAll) {
  const TemporaryFolder folder;
  const fs::path at = folder / "sub/made/";
  {
    AtomicFolder made(at);
    write_file(made.place() / "a", "1");
    EXPECT_FALSE(fs::exists(at));
  }
  EXPECT_EQ(entries(folder / "sub"), 0u);
  AtomicFolder made(at);
  write_file(made.place() / "a", "2");
  made.commit();
  EXPECT_EQ(read_file(at / "a", 10), "2");
  EXPECT_EQ(entries(folder / "sub"), 1u);

  AtomicFolder again(at);
  expect_contains(error_of([&] { again.commit(); }), "cannot be put in place");
  EXPECT_EQ(read_file(at / "a", 10), "2");
}

TEST(AtomicFolder, SaysWhyItCannotBeMade) {
  const TemporaryFolder folder;
  write_file(folder / "file", "");
  expect_contains(error_of([&] { AtomicFolder made(folder / "file/below"); }), "cannot be made");
}

}  // namespace
}  // namespace scrim::test
