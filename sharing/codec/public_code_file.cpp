#include "sharing/codec/public_code_file.h"

#include <cmath>

#include "autograd/ops/permute.h"
#include "base/config/facts.h"
#include "tensor/safetensors.h"

namespace scrim {
namespace {

/// [N,h,w,X,m] to the published [N,X,m,h,w], and back: the same exchange.
Tensor other_order(const Tensor& tensor) {
  const NoGradient no_gradient;
  return permute(Variable(tensor), {0, 3, 4, 1, 2}).value();
}

const Tensor& tensor_of(const TensorFile& file, const std::string& name, DType dtype,
                        const std::string& where) {
  const auto found = file.tensors.find(name);
  require(found != file.tensors.end(), where, "holds no tensor \"{}\"", name);
  require(found->second.dtype() == dtype && found->second.shape().rank() == 5, where,
          "\"{}\" is {} {}, expected {} of five axes", name, name_of(found->second.dtype()),
          found->second.shape().str(), name_of(dtype));
  return found->second;
}

}  // namespace

void write_public_code(const std::filesystem::path& path, const PublicCode& code) {
  write_safetensors(path, {{{"code", other_order(code.dense)}},
                           {{"format", "published ambiguation"},
                            {"height", std::to_string(code.height)},
                            {"width", std::to_string(code.width)},
                            {"bits", std::to_string(code.bits)},
                            {"k", std::to_string(code.k)},
                            {"model_sha256", code.model}}});
}

PublicCode read_public_code(const std::filesystem::path& path) {
  const std::string where = path.string();
  const TensorFile file = read_safetensors(path);
  const auto fact = [&](const char* name) {
    const auto found = file.metadata.find(name);
    require(found != file.metadata.end(), where, "is no public code: {} is missing", name);
    return found->second;
  };
  const auto number = [&](const char* name, std::int64_t low, std::int64_t high) {
    std::int64_t value = 0;
    require(parse_fact(fact(name), value) && value >= low && value <= high, where,
            "says {} = \"{}\", expected {} to {}", name, fact(name), low, high);
    return value;
  };
  require(fact("format") == "published ambiguation", where, "is of the format \"{}\"", fact("format"));
  PublicCode code{other_order(tensor_of(file, "code", DType::f32, where)),
                  number("height", 1, 65535),
                  number("width", 1, 65535),
                  int(number("bits", 8, 16)),
                  number("k", 1, 2048),
                  fact("model_sha256")};
  require(code.bits == 8 || code.bits == 16, where, "says {} bits, expected 8 or 16", code.bits);
  require(2 * code.k <= code.dense.size(3), where, "has k = {}, but its code has {} channels", code.k,
          code.dense.size(3));
  for (const float value : code.dense.data<float>())
    require(std::isfinite(value), where, "holds a value that is not finite");
  return code;
}

void write_code_key(const std::filesystem::path& path, const CodeKey& key) {
  write_safetensors(
      path, {{{"positive", other_order(key.positive)}, {"negative", other_order(key.negative)}}, {}}, 0600);
}

CodeKey read_code_key(const std::filesystem::path& path, const PublicCode& code) {
  const std::string where = path.string();
  const TensorFile file = read_safetensors(path);
  CodeKey key{other_order(tensor_of(file, "positive", DType::i64, where)),
              other_order(tensor_of(file, "negative", DType::i64, where))};
  const Shape& s = code.dense.shape();
  for (const Tensor* index : {&key.positive, &key.negative}) {
    require(index->shape() == Shape{s[0], s[1], s[2], code.k, s[4]}, where,
            "has places {}, which do not fit the public code", index->shape().str());
    for (const std::int64_t channel : index->data<std::int64_t>())
      require(channel >= 0 && channel < s[3], where, "has channel {} of {}", channel, s[3]);
  }
  return key;
}

}  // namespace scrim
