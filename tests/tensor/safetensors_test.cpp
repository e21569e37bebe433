#include "tensor/safetensors.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/atomic_file.h"
#include "tests/support/op_check.h"
#include "tests/support/temporary_folder.h"

namespace scrim::test {
namespace {

/// A file with this header and so many bytes of zeros behind it.
std::string file_with(const std::string& header, std::size_t data_bytes) {
  std::string file;
  for (int i = 0; i < 8; ++i) file += char(header.size() >> (8 * i) & 0xff);
  return file + header + std::string(data_bytes, '\0');
}

void expect_error(const std::string& file, const std::string& part) {
  try {
    parse_safetensors(file, "file");
    FAIL() << "no error; expected one about: " << part;
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what() << "\nexpected: " << part;
  }
}

TEST(Safetensors, ReadsWhatItWrote) {
  const TemporaryFolder folder;
  TensorFile file;
  file.tensors["a.weight"] = random_tensor({3, 4}, 1);
  file.tensors["b"] = random_tensor({2}, 2, -1, 1, DType::f64);
  file.tensors["count"] = Tensor::from<std::int64_t>({}, {7});
  file.tensors["empty"] = Tensor::zeros({0, 3});
  file.tensors["mask"] = Tensor::from<bool>({2}, {true, false});
  file.metadata["note"] = "a \"quoted\" text, ü";
  write_safetensors(folder / "x.safetensors", file);
  const TensorFile read = read_safetensors(folder / "x.safetensors");
  EXPECT_EQ(read.metadata, file.metadata);
  ASSERT_EQ(read.tensors.size(), file.tensors.size());
  for (const auto& [name, tensor] : file.tensors)
    EXPECT_TRUE(same_bytes(tensor, read.tensors.at(name))) << name;
  write_safetensors(folder / "y.safetensors", read);
  EXPECT_EQ(read_file(folder / "x.safetensors", 1 << 20), read_file(folder / "y.safetensors", 1 << 20));
}

TEST(Safetensors, AcceptsPaddingAndAnyOrderInTheHeader) {
  const auto file = parse_safetensors(
      file_with(
          R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   )",
          8),
      "file");
  EXPECT_EQ(file.tensors.size(), 2u);
}

TEST(Safetensors, NamesEveryFault) {
  const std::string one = R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  expect_error("", "has 0 bytes");
  expect_error("1234567", "has 7 bytes");
  expect_error(std::string(8, '\xff'), "the header would have");
  expect_error(file_with("{" + one + "}", 4).substr(0, 20), "cut short");
  expect_error(file_with("{" + one, 4), "not JSON");
  expect_error(file_with("[1]", 0), "must be a JSON object");
  expect_error(file_with("{" + one + "}", 3), "cut short");
  expect_error(file_with("{" + one + "}", 5), "1 bytes follow the last tensor");
  expect_error(file_with("{" + one + "," + one + "}", 4), "\"a\" twice");
  expect_error(file_with(R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4),
               "\"dtype\" twice");
  expect_error(file_with("{" + one + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})", 6),
               "overlaps");
  expect_error(file_with("{" + one + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})", 12),
               "belong to no tensor");
  expect_error(file_with(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8),
               "belong to no tensor");
  expect_error(file_with(R"({"a":{"dtype":"Q7","shape":[1],"data_offsets":[0,4]}})", 4), "dtype \"Q7\"");
  expect_error(file_with(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4), "needs 8 bytes");
  expect_error(file_with(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4), "whole numbers");
  expect_error(file_with(R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4), "whole numbers");
  expect_error(file_with(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0),
               "larger than any file");
  expect_error(file_with(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4), "do not hold");
  expect_error(file_with(R"({"a":{"dtype":"F32","shape":[1]}})", 4), "expected exactly");
  expect_error(file_with(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}})", 4),
               "expected exactly");
  expect_error(file_with(R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1],"data_offsets":[0,4]}})", 4),
               "7 axes");
  expect_error(file_with(R"({"__metadata__":{"a":1}})", 0), "must be a text");
  expect_error(file_with(R"({"__metadata__":[]})", 0), "must map texts");
  std::string mask = file_with(R"({"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}})", 1);
  mask.back() = 2;
  expect_error(mask, "other than 0 and 1");
}

TEST(AtomicFile, ANewFileReplacesNothingAndKeepsItsPermissions) {
  const TemporaryFolder folder;
  const auto write_new = [&](const std::string& content) {
    AtomicFile file(folder / "secret", 0600);
    file.write(content);
    file.commit_new();
  };
  write_new("first");
  EXPECT_THROW(write_new("second"), Error);
  EXPECT_EQ(read_file(folder / "secret", 100), "first");
  EXPECT_EQ(FileReader(folder / "secret", 100).mode(), 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);  // nothing half-made
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  const TemporaryFolder folder;
  write_file(folder / "x", "old");
  {
    AtomicFile file(folder / "x");
    file.write("new");
  }
  EXPECT_EQ(read_file(folder / "x", 100), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  EXPECT_THROW(AtomicFile(folder / "no/such/folder"), Error);
  EXPECT_THROW(read_file(folder / "absent", 100), Error);
  EXPECT_THROW(read_file(folder.path(), 100), Error);
  EXPECT_THROW(read_file(folder / "x", 2), Error);
}

}  // namespace
}  // namespace scrim::test
