#include "base/notice.h"

#include <cstdio>
#include <utility>

namespace scrim {
namespace {

std::function<void(const std::string&)> tell_people = [](const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
};

}  // namespace

void notice(const std::string& text) {
  tell_people(text);
}

std::function<void(const std::string&)> tell_notices_to(std::function<void(const std::string&)> tell) {
  return std::exchange(tell_people, std::move(tell));
}

}  // namespace scrim
