// Reads the bytes of docs/share_format.md. Strict and bounded: nothing that the bytes say is believed before they
// are there.
#pragma once

#include <string_view>

#include "sharing/format/share_format.h"

namespace scrim {

/// `name` stands in messages. Throws Error that says what came and what was expected.
ShareFile parse_share_file(std::string_view bytes, std::string_view name);

/// Throws Error unless the header keeps the limits and its payload can hold a code of its shape.
void check_share_header(const ShareHeader& header, std::string_view name);

}  // namespace scrim
