// Releases one film by a method's weights, at the film's own size and depth: anonymize_film WEIGHTS IN.png OUT.png
#include <fmt/core.h>

#include "scrim/methods/method_settings.h"

int main(int argc, char** argv) {
  if (argc != 4) return fmt::print(stderr, "usage: {} WEIGHTS IN.png OUT.png\n", argv[0]), 2;
  try {
    const auto method = scrim::load_method(argv[1]).method;  // a file, or "builtin:flow_field"
    if (method->wants_masks()) return fmt::print(stderr, "this method wants masks of organs\n"), 2;
    const scrim::GrayImage film = scrim::read_image(argv[2]);
    const scrim::ReleasedFilm released = method->release({film, {}}, scrim::Random(1));
    scrim::write_png(argv[3], released.image);
    fmt::print("{}: no pixel moved by more than {:.2f} pixels\n", method->describe(),
               released.largest_displacement);
  } catch (const scrim::Error& e) {
    return fmt::print(stderr, "{}\n", e.what()), 1;
  }
}
