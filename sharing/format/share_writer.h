// Writes the bytes of docs/share_format.md.
#pragma once

#include "sharing/format/share_format.h"

namespace scrim {

/// The first 128 bytes: what the payload is bound to.
std::string header_bytes(const ShareHeader& header);
/// Number and entries: what the recipients' MAC stands for, together with the header.
std::string recipient_bytes(const std::vector<Recipient>& recipients);
std::string file_bytes(const ShareFile& file);

}  // namespace scrim
