// Any text either is a table of labels or of boxes, a list, a list of pairs or of landmarks, or gives an Error; what is
// read as pairs or as a list makes sense.
#include <cstdlib>

#include "base/error.h"
#include "data/files/cohort.h"
#include "data/files/film_labels.h"
#include "data/files/finding_boxes.h"
#include "data/files/landmarks.h"

namespace {

template <class Action>
void allow_errors(const Action& action) {
  try {
    action();
  } catch (const scrim::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  allow_errors([&] {
    const scrim::LabelTable table(text, "fuzz");
    if (table.size() == 0) __builtin_trap();
  });
  allow_errors([&] {
    for (const auto& name : scrim::parse_list(text, "fuzz"))
      if (name.empty() || name.find('/') != std::string::npos) __builtin_trap();
  });
  allow_errors([&] {
    for (const auto& pair : scrim::parse_pairs(text, "fuzz"))
      if (pair.first.empty() || pair.second.empty()) __builtin_trap();
  });
  allow_errors([&] {
    for (const auto& box : scrim::parse_finding_boxes(text, "fuzz"))
      if (!(box.width > 0 && box.height > 0 && box.x >= 0 && box.y >= 0) ||
          box.finding >= scrim::finding_names.size())
        __builtin_trap();
  });
  allow_errors([&] { scrim::parse_landmarks(text, "fuzz", 3); });
  return 0;
}
