// Reference values made with another framework: the project's own in tests/vectors (docs/vectors.md), and where they are
// present a second, independent set of the same format (golden_folder()).
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "layers/module.h"
#include "tensor/safetensors.h"

namespace scrim::test {

/// Image tensors [N,C,H,W] of a file to this project's [N,H,W,C] on compute_device(), and back to the processor; other
/// ranks are copied as they are.
Tensor nhwc_from_nchw(const Tensor& tensor);
Tensor nchw_from_nhwc(const Tensor& tensor);

struct VectorFile {
  std::string set;   ///< "own" or "other"
  std::string name;  ///< without folder and extension
  std::filesystem::path path;
};
/// The files of a group ("ops", "models", "optim", "steps") in every set that is present.
std::vector<VectorFile> vector_files(const std::string& group);
/// The file of this name in every set that has it.
std::vector<VectorFile> vector_files(const std::string& group, const std::string& name);
/// How gtest names a test of a file: "own_conv2d".
std::string test_name(const testing::TestParamInfo<VectorFile>& info);
void PrintTo(const VectorFile& file, std::ostream* out);

class Golden {
 public:
  explicit Golden(const std::filesystem::path& path);

  const Tensor& operator[](const std::string& tensor) const;
  bool has(const std::string& tensor) const { return file_.tensors.contains(tensor); }
  nlohmann::json metadata(const std::string& key) const;
  bool has_metadata(const std::string& key) const { return file_.metadata.contains(key); }
  /// Metadata that is text as it stands.
  const std::string& text(const std::string& key) const { return file_.metadata.at(key); }
  /// All tensors whose name begins with `prefix`, which is cut off.
  State with_prefix(const std::string& prefix) const;
  std::vector<std::string> names_with_prefix(const std::string& prefix) const;

  /// Expects |got - stored| <= 10 E + 3e-6 M + floor for every element (golden/README.md, "Tolerance").
  void expect_close(const Tensor& got, const std::string& tensor, double floor,
                    const std::string& what) const;
  /// M of the file's metadata: the largest |value| of the tensor.
  double largest(const std::string& tensor) const;
  double error_rms(const std::string& tensor) const;  ///< R
  double error_max(const std::string& tensor) const;  ///< E

 private:
  std::string name_;
  TensorFile file_;
  nlohmann::json f32_;
};

/// The counter-based weights of the full-size cases (golden/README.md, "The generator").
Tensor generated_weight(const std::string& name, const Shape& shape, double gain, std::uint64_t seed);
Tensor generated_input(const std::string& name, const Shape& shape, std::uint64_t seed);

}  // namespace scrim::test
