#include "sharing/format/share_format.h"

#include <algorithm>

#include "base/error.h"
#include "sharing/format/secret_bytes.h"

namespace scrim {

using namespace share_format;

const char* name_of(ShareMode mode) {
  return mode == ShareMode::sealed ? "sealed" : "ternary_pad";
}

std::size_t size_of(Recipient::Kind kind) {
  return kind == Recipient::Kind::public_key ? public_key_recipient_size : passphrase_recipient_size;
}

std::string id_of(const Recipient& recipient) {
  if (recipient.kind == Recipient::Kind::passphrase) return "passphrase";
  return hexadecimal({reinterpret_cast<const unsigned char*>(recipient.wrapped.data()), key_id_size});
}

void require_distinct(const std::vector<Recipient>& recipients, std::string_view name) {
  require(!recipients.empty() && recipients.size() <= most_recipients, name,
          "has {} recipients, expected 1 to {}", recipients.size(), most_recipients);
  std::vector<std::string> ids;
  for (const Recipient& recipient : recipients) ids.push_back(id_of(recipient));
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  require(twice == ids.end(), name, "has the recipient {} twice", twice == ids.end() ? "" : *twice);
}

std::size_t sealed_size(std::size_t plain) {
  const std::size_t chunks = (plain + chunk_size - 1) / chunk_size;
  return plain + chunks * chunk_overhead;
}

std::size_t padded_payload_size(const TernaryShape& shape) {
  return std::size_t((shape.symbols() + 4) / 5) + mac_size;
}

}  // namespace scrim
