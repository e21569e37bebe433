// Method "none": the film is released as it is. What attackers do to it is the yardstick of every other method.
#pragma once

#include "methods/pixel_method.h"

namespace scrim {

struct UnchangedSettings {};
template <class Visit>
void visit_drawing_fields(UnchangedSettings&, const char*, Visit&&) {}
inline void check(const UnchangedSettings&, std::string_view) {}

class Unchanged : public PixelMethod {
 public:
  static constexpr const char* name = "none";
  static constexpr const char* network = nullptr;
  using Settings = UnchangedSettings;

  explicit Unchanged(const Settings&) {}

  ChangedPixels change(const Variable& film, const Variable&, const Random&) const override {
    return {film, {}, {}};
  }
  bool changes_nothing() const override { return true; }
  std::string describe() const override { return name; }
};

}  // namespace scrim
