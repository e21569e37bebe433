// One line of JSON on standard output: what every verb prints for programs.
#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <nlohmann/json.hpp>

namespace scrim {

/// Printed at once, so that a program that reads along sees it. Bytes of a file's name that are no UTF-8 become U+FFFD.
inline void print_json_line(const nlohmann::ordered_json& value) {
  using Handler = nlohmann::ordered_json::error_handler_t;
  fmt::print("{}\n", value.dump(-1, ' ', false, Handler::replace));
  std::fflush(stdout);
}

}  // namespace scrim
