// What people should know although nothing failed.
#pragma once

#include <functional>
#include <string>

namespace scrim {

/// Tells it, by default as a line on standard error.
void notice(const std::string& text);
/// From here on `tell` is called with each notice. Returns who was called before.
std::function<void(const std::string&)> tell_notices_to(std::function<void(const std::string&)> tell);

}  // namespace scrim
