#include "methods/pixelization.h"

#include "base/config/config_checks.h"
#include "tensor/compute_device.h"

namespace scrim {

void check(const DpPixOptions& s, std::string_view table) {
  const auto key = [&](const char* name) { return fmt::format("{}.{}", table, name); };
  expect(s.cell >= 1, key("cell"), s.cell, "at least 1");
  expect(s.pixels > 0, key("pixels"), s.pixels, "above 0");
  expect(s.epsilon > 0, key("epsilon"), s.epsilon, "above 0");
}

ChangedPixels Pixelization::change(const Variable& film, const Variable&, const Random& random) const {
  return {Variable(to_compute_device(dp_pix(to_host(film.value()), settings_, random))), {}};
}

std::string Pixelization::describe() const {
  return fmt::format("{}, cells of {}, m {}, epsilon {}", name, settings_.cell, settings_.pixels,
                     settings_.epsilon);
}

}  // namespace scrim
