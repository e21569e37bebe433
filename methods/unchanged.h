// Method "none": the film is released as it is. What attackers do to it is the yardstick of every other method.
#pragma once

#include "methods/method.h"

namespace scrim {

struct UnchangedSettings {};
template <class Visit>
void visit_drawing_fields(UnchangedSettings&, const char*, Visit&&) {}
inline void check(const UnchangedSettings&, std::string_view) {}

class Unchanged : public Method {
 public:
  static constexpr const char* name = "none";
  static constexpr const char* network = nullptr;
  using Settings = UnchangedSettings;

  explicit Unchanged(const Settings&) {}

  Release release(const Variable& film, const Variable&, const Random&) const override { return {film, {}}; }
  bool changes_nothing() const override { return true; }
  std::string describe() const override { return name; }
};

}  // namespace scrim
