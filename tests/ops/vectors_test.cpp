// Every op of the vectors is compared by a test.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/atomic_file.h"
#include "tests/support/vector_ops.h"

namespace scrim::test {
namespace {

TEST(Vectors, OfEveryOpAreCompared) {
  std::string tests;
  for (const char* folder : {"/tests/ops", "/tests/models"})
    for (const auto& entry : std::filesystem::directory_iterator(std::string(SCRIM_SOURCE_DIR) + folder))
      tests += read_file(entry.path(), 1 << 20);
  std::set<std::string> ops;
  for (const VectorFile& file : vector_files("ops"))
    for (const auto& entry : Golden(file.path).metadata("cases")) ops.insert(entry["op"].get<std::string>());
  EXPECT_GT(ops.size(), 40u);
  for (const std::string& op : ops) EXPECT_NE(tests.find("\"" + op + "\""), std::string::npos) << op;
}

}  // namespace
}  // namespace scrim::test
