// The version of scrim; CMakeLists.txt reads it from here.
#pragma once

namespace scrim {

inline constexpr const char* version = "0.2.0";

}  // namespace scrim
