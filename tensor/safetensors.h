// safetensors: named tensors in one file (format: github.com/huggingface/safetensors, README "Format").
//   u64 little-endian N | N bytes of JSON | the tensors' bytes, little-endian, without gaps
//   JSON: {"name": {"dtype": "F32", "shape": [2,3], "data_offsets": [begin, end]},
//          "__metadata__": {"k": "v"}}
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "tensor/tensor.h"

namespace scrim {

struct TensorFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// What the header says of one tensor.
struct TensorEntry {
  DType dtype = DType::f32;
  Shape shape;
  std::size_t begin = 0, end = 0;  ///< bytes, counted from the end of the header
};

/// Strict: an Error names the file and the fault for a header that is too long, not JSON, or says a name
/// twice; an unknown dtype; a size that does not fit its offsets; overlaps, holes, trailing or missing bytes.
TensorFile read_safetensors(const std::filesystem::path& path);
/// The same from memory; `name` stands in the messages.
TensorFile parse_safetensors(std::string_view bytes, std::string_view name);

/// Writes the tensors in the order of their names; the same content gives the same bytes. Atomic. `mode`: the
/// file's permissions.
void write_safetensors(const std::filesystem::path& path, const TensorFile& file, unsigned mode = 0666);

}  // namespace scrim
