// Any bytes either are a sealed file that is written back the same, or give an Error. The seeds are sealed to the key
// used here: what opens gives the code that was sealed, and no longer opens when one bit of it is changed.
#include <cstdlib>

#include "sharing/format/share_reader.h"
#include "sharing/format/share_writer.h"
#include "tests/fuzz/share_seed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scrim;
  static const SecretKey key = fuzz::seed_key();
  const auto opened = [&](std::string_view bytes) {
    try {
      const ShareFile file = parse_share_file(bytes, "fuzz");
      if (file_bytes(file) != bytes) __builtin_trap();
      if (open_code(file, {.key = &key}, "fuzz").signs != fuzz::seed_code().signs) __builtin_trap();
      return true;
    } catch (const Error&) {
      return false;
    }
  };
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (!opened(bytes)) return 0;
  static std::uint64_t place = 0;
  place = (place * 6364136223846793005u + 1442695040888963407u);
  bytes[(place >> 8) % size] = char(bytes[(place >> 8) % size] ^ (1 << (place >> 60) % 8));
  if (opened(bytes)) __builtin_trap();
  return 0;
}
