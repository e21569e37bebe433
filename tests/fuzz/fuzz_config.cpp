// Any text either is a training configuration or gives an Error; what is read prints and reads back as
// itself.
#include "tools/train_command.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto config = scrim::parse_training_config({reinterpret_cast<const char*>(data), size}, "fuzz", {});
    const auto text = scrim::print_training_config(config);
    if (scrim::print_training_config(scrim::parse_training_config(text, "again", {})) != text)
      __builtin_trap();
  } catch (const scrim::Error&) {
  }
  return 0;
}
