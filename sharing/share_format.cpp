#include "sharing/share_format.h"

namespace scrim {

using namespace share_format;

const char* name_of(ShareMode mode) {
  return mode == ShareMode::sealed ? "sealed" : "ternary_pad";
}

std::size_t size_of(Recipient::Kind kind) {
  return kind == Recipient::Kind::public_key ? public_key_recipient_size : passphrase_recipient_size;
}

std::size_t sealed_size(std::size_t plain) {
  const std::size_t chunks = (plain + chunk_size - 1) / chunk_size;
  return plain + chunks * chunk_overhead;
}

std::size_t padded_payload_size(const TernaryShape& shape) {
  return std::size_t((shape.symbols() + 4) / 5) + mac_size;
}

}  // namespace scrim
