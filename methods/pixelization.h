// Method "dp_pix": differentially private pixelization (DP-Pix), a baseline without a network. Card: dp_pix.md.
#pragma once

#include "methods/pixel_method.h"
#include "models/dp_pix.h"

namespace scrim {

template <class Visit>
void visit_drawing_fields(DpPixOptions& s, const char* table, Visit&& visit) {
  visit(table, "cell", s.cell, "dp_pix: side of a cell, pixels of the film");
  visit(table, "pixels", s.pixels, "dp_pix: pixels in which two neighboring films may differ");
  visit(table, "epsilon", s.epsilon, "dp_pix: privacy budget of a film");
}
/// Throws UsageError that names the key whose value does not make sense.
void check(const DpPixOptions& settings, std::string_view table);

class Pixelization : public PixelMethod {
 public:
  static constexpr const char* name = "dp_pix";
  static constexpr const char* network = nullptr;
  using Settings = DpPixOptions;

  explicit Pixelization(const Settings& settings) : settings_(settings) {}

  ChangedPixels change(const Variable& film, const Variable& mask, const Random& random) const override;
  bool draws_numbers() const override { return true; }
  std::string describe() const override;

 private:
  Settings settings_;
};

}  // namespace scrim
