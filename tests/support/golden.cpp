#include "tests/support/golden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/fnv1a.h"
#include "tensor/compute_device.h"
#include "tests/support/test_data.h"

namespace scrim::test {
namespace {

/// out[n, b, a] = in[n, a, b] over the last two axes of a tensor seen as [n, a, b].
Tensor swap_last(const Tensor& tensor, std::int64_t n, std::int64_t a, std::int64_t b, const Shape& shape) {
  Tensor result = Tensor::empty(shape, tensor.dtype());
  const std::size_t size = size_of(tensor.dtype());
  const auto* from = static_cast<const std::byte*>(tensor.view().data);
  auto* to = static_cast<std::byte*>(result.mutable_view().data);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < a; ++j)
      for (std::int64_t k = 0; k < b; ++k)
        std::copy_n(from + std::size_t((i * a + j) * b + k) * size, size,
                    to + std::size_t((i * b + k) * a + j) * size);
  return result;
}

}  // namespace

Tensor nhwc_from_nchw(const Tensor& t) {
  if (t.shape().rank() != 4) return to_compute_device(t.clone());
  return to_compute_device(swap_last(t, t.size(0), t.size(1), t.size(2) * t.size(3),
                                     {t.size(0), t.size(2), t.size(3), t.size(1)}));
}

Tensor nchw_from_nhwc(const Tensor& tensor) {
  const Tensor t = to_host(tensor);
  if (t.shape().rank() != 4) return t.clone();
  return swap_last(t, t.size(0), t.size(1) * t.size(2), t.size(3),
                   {t.size(0), t.size(3), t.size(1), t.size(2)});
}

std::vector<VectorFile> vector_files(const std::string& group) {
  std::vector<VectorFile> files;
  const auto add = [&](const char* set, const std::filesystem::path& folder) {
    if (!std::filesystem::is_directory(folder)) return;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      files.push_back({set, entry.path().stem().string(), entry.path()});
  };
  add("own", std::filesystem::path(SCRIM_SOURCE_DIR) / "tests/vectors" / group);
  if (!golden_folder().empty()) add("other", golden_folder() / group);
  std::sort(files.begin(), files.end(), [](const VectorFile& a, const VectorFile& b) {
    return std::pair(a.set != "own", a.path) < std::pair(b.set != "own", b.path);
  });
  return files;
}

std::vector<VectorFile> vector_files(const std::string& group, const std::string& name) {
  std::vector<VectorFile> files = vector_files(group);
  std::erase_if(files, [&](const VectorFile& file) { return file.name != name; });
  return files;
}

std::string test_name(const testing::TestParamInfo<VectorFile>& info) {
  return info.param.set + "_" + info.param.name;
}

void PrintTo(const VectorFile& file, std::ostream* out) {
  *out << file.set << " " << file.name;
}

Golden::Golden(const std::filesystem::path& path)
    : name_(path.parent_path().filename().string() + "/" + path.stem().string()),
      file_(read_safetensors(path)) {
  if (file_.metadata.contains("torch_f32")) f32_ = metadata("torch_f32");
}

const Tensor& Golden::operator[](const std::string& tensor) const {
  require(has(tensor), "golden", "{} has no tensor {}", name_, tensor);
  return file_.tensors.at(tensor);
}

nlohmann::json Golden::metadata(const std::string& key) const {
  require(file_.metadata.contains(key), "golden", "{} has no metadata {}", name_, key);
  return nlohmann::json::parse(file_.metadata.at(key));
}

State Golden::with_prefix(const std::string& prefix) const {
  State state;
  for (const auto& name : names_with_prefix(prefix))
    state[name.substr(prefix.size())] = file_.tensors.at(name);
  return state;
}

std::vector<std::string> Golden::names_with_prefix(const std::string& prefix) const {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : file_.tensors)
    if (name.starts_with(prefix)) names.push_back(name);
  return names;
}

double Golden::largest(const std::string& tensor) const {
  return f32_.contains(tensor) ? f32_[tensor][0].get<double>() : 0;
}
double Golden::error_max(const std::string& tensor) const {
  return f32_.contains(tensor) ? f32_[tensor][1].get<double>() : 0;
}
double Golden::error_rms(const std::string& tensor) const {
  return f32_.contains(tensor) ? f32_[tensor][2].get<double>() : 0;
}

void Golden::expect_close(const Tensor& got, const std::string& tensor, double floor,
                          const std::string& what) const {
  const Tensor& stored = (*this)[tensor];
  ASSERT_EQ(got.shape().str(), stored.shape().str()) << name_ << " " << tensor << " " << what;
  const double allowed = 10 * error_max(tensor) + 3e-6 * largest(tensor) + floor;
  const Tensor a = to_host(got).to(DType::f64), b = stored.to(DType::f64);
  double worst = 0;
  for (std::size_t i = 0; i < std::size_t(a.numel()); ++i) {
    const double difference = std::abs(a.data<double>()[i] - b.data<double>()[i]);
    if (!(difference <= worst)) worst = difference;
  }
  EXPECT_LE(worst, allowed) << name_ << " " << tensor << " " << what << ", largest value " << largest(tensor);
}

namespace {

std::uint64_t splitmix64(std::uint64_t x) {
  std::uint64_t z = x + 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

double uniform(const std::string& name, std::uint64_t i, std::uint64_t seed) {
  return double(splitmix64((fnv1a(name) ^ splitmix64(seed)) + i) >> 40) * 0x1p-24;
}

}  // namespace

Tensor generated_input(const std::string& name, const Shape& shape, std::uint64_t seed) {
  Tensor tensor = Tensor::empty(shape);
  const auto out = tensor.mutable_data<float>();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = float(uniform(name, i, seed));
  return tensor;
}

Tensor generated_weight(const std::string& name, const Shape& shape, double gain, std::uint64_t seed) {
  if (name.ends_with("num_batches_tracked")) return Tensor::zeros(shape, DType::i64);
  Tensor tensor = Tensor::empty(shape);
  const auto out = tensor.mutable_data<float>();
  const double fan_in = shape.rank() > 0 ? double(shape.numel()) / double(shape[0]) : 1;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double u = uniform(name, i, seed), centered = 2 * u - 1;
    double value = 0.1 * centered;  // biases and running means
    if (name.ends_with("running_var"))
      value = 1 + 0.1 * u;
    else if (shape.rank() >= 2)
      value = gain * std::sqrt(3 / fan_in) * centered;
    else if (name.ends_with(".weight"))
      value = 1 + 0.1 * centered;
    out[i] = float(value);
  }
  return tensor;
}

}  // namespace scrim::test
