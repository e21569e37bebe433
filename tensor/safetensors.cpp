#include "tensor/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/atomic_file.h"

static_assert(std::endian::native == std::endian::little,
              "safetensors are read and written as they lie in memory");

namespace scrim {
namespace {

using Json = nlohmann::json;

constexpr std::size_t largest_header = 64u << 20;
constexpr std::size_t largest_file = std::size_t(16) << 30;

struct DTypeName {
  DType dtype;
  std::string_view name;
};
constexpr DTypeName dtype_names[] = {{DType::f32, "F32"},
                                     {DType::f64, "F64"},
                                     {DType::i64, "I64"},
                                     {DType::u8, "U8"},
                                     {DType::boolean, "BOOL"}};

std::string_view format_name(DType dtype) {
  for (const auto& entry : dtype_names)
    if (entry.dtype == dtype) return entry.name;
  fail("safetensors", "tensors of {} are not written; f32 is", name_of(dtype));
}

/// Parses the header; a name that stands twice in one object is an error, where the JSON library would keep
/// one.
Json parse_header(std::string_view text, std::string_view file) {
  std::vector<std::set<std::string>> seen;
  const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
    require(depth <= 4, file, "the header is nested deeper than a safetensors header");
    if (event == Json::parse_event_t::object_start) seen.emplace_back();
    if (event == Json::parse_event_t::object_end) seen.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto name = value.get<std::string>();
      require(seen.back().insert(name).second, file, "the header has the name \"{}\" twice", name);
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception& e) {
    fail(file, "the header is not JSON: {}", e.what());
  }
}

std::size_t as_size(const Json& value, std::string_view file, std::string_view tensor,
                    std::string_view field) {
  require(value.is_number_unsigned(), file, "tensor \"{}\": {} must hold whole numbers from 0 on", tensor,
          field);
  return value.get<std::size_t>();
}

TensorEntry parse_entry(const Json& json, std::string_view file, std::string_view name) {
  require(json.is_object() && json.size() == 3 && json.contains("dtype") && json.contains("shape") &&
              json.contains("data_offsets") && json["dtype"].is_string() && json["shape"].is_array() &&
              json["data_offsets"].is_array() && json["data_offsets"].size() == 2,
          file, "tensor \"{}\": expected exactly dtype, shape and two data_offsets", name);
  TensorEntry entry;
  const auto dtype = json["dtype"].get<std::string>();
  const auto known = std::find_if(std::begin(dtype_names), std::end(dtype_names),
                                  [&](const DTypeName& candidate) { return candidate.name == dtype; });
  require(known != std::end(dtype_names), file,
          "tensor \"{}\" has the dtype \"{}\"; F32, F64, I64, U8 and BOOL are read", name, dtype);
  entry.dtype = known->dtype;
  require(json["shape"].size() <= std::size_t(Shape::max_rank), file,
          "tensor \"{}\" has {} axes, at most {} are read", name, json["shape"].size(), Shape::max_rank);
  std::size_t bytes = size_of(entry.dtype);
  for (const Json& axis : json["shape"]) {
    const std::size_t size = as_size(axis, file, name, "shape");
    require(size == 0 || bytes <= largest_file / size, file, "tensor \"{}\" is larger than any file", name);
    bytes *= size;
    entry.shape.append(std::int64_t(size));
  }
  entry.begin = as_size(json["data_offsets"][0], file, name, "data_offsets");
  entry.end = as_size(json["data_offsets"][1], file, name, "data_offsets");
  require(entry.begin <= entry.end && entry.end - entry.begin == bytes, file,
          "tensor \"{}\" {} {} needs {} bytes, its offsets [{}, {}] do not hold that", name, dtype,
          entry.shape.str(), bytes, entry.begin, entry.end);
  return entry;
}

void require_no_gaps(const std::map<std::string, TensorEntry>& entries, std::size_t data_bytes,
                     std::string_view file) {
  std::vector<std::pair<std::string, TensorEntry>> ordered(entries.begin(), entries.end());
  std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second.begin, a.second.end) < std::pair(b.second.begin, b.second.end);
  });
  std::size_t expected = 0;
  for (const auto& [name, entry] : ordered) {
    require(entry.begin >= expected, file,
            "tensor \"{}\" overlaps the tensor before it: begins at {}, expected {}", name, entry.begin,
            expected);
    require(entry.begin == expected, file, "bytes {} to {} belong to no tensor (before \"{}\")", expected,
            entry.begin, name);
    expected = entry.end;
    require(expected <= data_bytes, file, "tensor \"{}\" ends at byte {} of {}: the file is cut short", name,
            expected, data_bytes);
  }
  require(expected == data_bytes, file, "{} bytes follow the last tensor", data_bytes - expected);
}

}  // namespace

namespace {

using ReadAt = std::function<void(std::size_t offset, std::size_t count, void* to)>;

/// A file of `size` bytes, each tensor read straight into its own memory.
TensorFile read_tensors(std::size_t size, std::string_view file, const ReadAt& read) {
  std::uint64_t header_bytes = 0;
  require(size >= sizeof header_bytes, file, "has {} bytes; a safetensors file begins with 8 of length",
          size);
  read(0, sizeof header_bytes, &header_bytes);
  require(header_bytes <= largest_header && header_bytes <= size - sizeof header_bytes, file,
          "is no safetensors file, or is cut short: the header would have {} bytes, {} follow", header_bytes,
          size - sizeof header_bytes);
  std::string header_text(header_bytes, '\0');
  read(sizeof header_bytes, header_bytes, header_text.data());
  const Json header = parse_header(header_text, file);
  require(header.is_object(), file, "the header must be a JSON object");

  TensorFile result;
  std::map<std::string, TensorEntry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name != "__metadata__") {
      entries[name] = parse_entry(value, file, name);
      continue;
    }
    require(value.is_object(), file, "__metadata__ must map texts to texts");
    for (const auto& [key, text] : value.items()) {
      require(text.is_string(), file, "__metadata__ \"{}\" must be a text", key);
      result.metadata[key] = text.get<std::string>();
    }
  }
  const std::size_t data = sizeof header_bytes + header_bytes;
  require_no_gaps(entries, size - data, file);
  for (const auto& [name, entry] : entries) {
    Tensor tensor = Tensor::empty(entry.shape, entry.dtype);
    auto* content = static_cast<char*>(tensor.mutable_view().data);
    if (entry.end > entry.begin) read(data + entry.begin, entry.end - entry.begin, content);
    require(entry.dtype != DType::boolean ||
                std::all_of(content, content + tensor.bytes(), [](char c) { return c == 0 || c == 1; }),
            file, "tensor \"{}\" is BOOL and holds a byte other than 0 and 1", name);
    result.tensors[name] = std::move(tensor);
  }
  return result;
}

}  // namespace

TensorFile parse_safetensors(std::string_view bytes, std::string_view file) {
  return read_tensors(bytes.size(), file, [&](std::size_t offset, std::size_t count, void* to) {
    std::memcpy(to, bytes.data() + offset, count);
  });
}

TensorFile read_safetensors(const std::filesystem::path& path) {
  const FileReader reader(path, largest_file);
  return read_tensors(reader.size(), path.string(), [&](std::size_t offset, std::size_t count, void* to) {
    reader.read(offset, count, to);
  });
}

void write_safetensors(const std::filesystem::path& path, const TensorFile& file, unsigned mode) {
  Json header = Json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : file.tensors) {
    Json shape = Json::array();
    for (std::int64_t size : tensor.shape()) shape.push_back(size);
    header[name] = {{"dtype", format_name(tensor.dtype())},
                    {"shape", shape},
                    {"data_offsets", {offset, offset + tensor.bytes()}}};
    offset += tensor.bytes();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begins at a multiple of 8
  const std::uint64_t header_bytes = text.size();

  AtomicFile out(path, mode);
  out.write(std::as_bytes(std::span(&header_bytes, 1)));
  out.write(text);
  for (const auto& [name, tensor] : file.tensors) {
    const Tensor on_host = tensor.to(Device::cpu);
    out.write({static_cast<const std::byte*>(on_host.view().data), on_host.bytes()});
  }
  out.commit();
}

}  // namespace scrim
