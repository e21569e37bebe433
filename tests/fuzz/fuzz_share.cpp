// Any bytes either are a sealed file that is written back the same, or give an Error; and what is no longer what was
// sealed is never opened.
#include <cstdlib>

#include "sharing/envelope.h"
#include "sharing/share_reader.h"
#include "sharing/share_writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scrim;
  static const SecretKey key = new_secret_key();  // nothing that comes was sealed to it
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const ShareFile file = parse_share_file(bytes, "fuzz");
    if (file_bytes(file) != bytes) __builtin_trap();
    open_code(file, {.key = &key}, "fuzz");
    __builtin_trap();
  } catch (const Error&) {
  }
  return 0;
}
