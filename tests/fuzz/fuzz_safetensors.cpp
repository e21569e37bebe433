// Any bytes either are a safetensors file or give an Error.
#include "tensor/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    scrim::parse_safetensors({reinterpret_cast<const char*>(data), size}, "fuzz");
  } catch (const scrim::Error&) {
  }
  return 0;
}
