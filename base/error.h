// Errors: what failed, what came, what was expected. Everything scrim throws on purpose is an Error.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace scrim {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A usage or configuration mistake: the program exits with 2 instead of 1.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A GPU has no memory left for what was asked.
class NoRoomError : public Error {
 public:
  using Error::Error;
};

/// Work that cannot be part of a CUDA graph was asked for while one is captured.
class CaptureError : public UsageError {
 public:
  using UsageError::UsageError;
};

[[noreturn]] void fail_with(std::string_view where, fmt::string_view message, fmt::format_args args);

/// Throws Error with "[where] message".
template <class... Args>
[[noreturn]] void fail(std::string_view where, fmt::format_string<Args...> message, Args&&... args) {
  fail_with(where, message, fmt::make_format_args(args...));
}

/// Calls fail() unless `condition` holds.
template <class... Args>
void require(bool condition, std::string_view where, fmt::format_string<Args...> message, Args&&... args) {
  if (!condition) fail(where, message, std::forward<Args>(args)...);
}

}  // namespace scrim
