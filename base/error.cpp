#include "base/error.h"

namespace scrim {

void fail_with(std::string_view where, fmt::string_view message, fmt::format_args args) {
  throw Error(fmt::format("[{}] {}", where, fmt::vformat(message, args)));
}

}  // namespace scrim
