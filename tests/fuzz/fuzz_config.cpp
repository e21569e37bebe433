// Any text either is a training configuration or gives an Error; what is read prints and reads back as
// itself. The same for a network's settings.
#include "base/config/config.h"
#include "models/networks/network_settings.h"
#include "study/plan.h"
#include "study/training_runs.h"

namespace {

void read_settings(const std::string& text) {
  try {
    const scrim::Facts facts = scrim::ConfigSource(text, "fuzz").rest();
    scrim::VerifierSettings verifier;
    scrim::set_fields(verifier, facts, "siamese_verifier");
    check(verifier, "settings");
  } catch (const scrim::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_settings({reinterpret_cast<const char*>(data), size});
  try {
    scrim::parse_study({reinterpret_cast<const char*>(data), size}, "fuzz", {});
  } catch (const scrim::Error&) {
  }
  try {
    const auto config = scrim::parse_training_config({reinterpret_cast<const char*>(data), size}, "fuzz", {});
    const auto text = scrim::print_training_config(config);
    if (scrim::print_training_config(scrim::parse_training_config(text, "again", {})) != text)
      __builtin_trap();
  } catch (const scrim::Error&) {
  }
  return 0;
}
