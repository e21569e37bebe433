// Any bytes, read as a code of one of some shapes, either give an Error or signs with the right counts, which code to
// bytes that give the same signs. The same for packed signs.
#include <cstdlib>
#include <optional>

#include "base/error.h"
#include "sharing/format/sign_coder.h"
#include "sharing/format/ternary_pad.h"

namespace {

constexpr scrim::TernaryShape shapes[] = {{1, 1, 1, 2, 1},  {1, 2, 1, 5, 2},    {1, 2, 2, 16, 3},
                                          {2, 3, 2, 64, 8}, {1, 1, 1, 256, 16}, {1, 1, 1, 1024, 500}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scrim;
  if (size == 0) return 0;
  const TernaryShape& shape = shapes[data[0] % std::size(shapes)];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::optional<TernarySigns> signs;
  try {
    signs = decode_signs(bytes, shape);
  } catch (const Error&) {
  }
  if (signs) {  // what throws from here on is a fault of the coder's
    places_of(*signs);
    if (decode_signs(encode_signs(*signs), shape).signs != signs->signs) __builtin_trap();
  }
  try {
    for (const std::int8_t sign : unpacked(bytes, std::int64_t(5 * bytes.size())))
      if (sign < -1 || sign > 1) __builtin_trap();
  } catch (const Error&) {
  }
  return 0;
}
