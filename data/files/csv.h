// Lines of comma-separated text (RFC 4180).
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scrim {

/// The fields of a line; a field in double quotes may hold commas.
std::vector<std::string> csv_fields(std::string_view line);

/// The text as a field, in double quotes where it needs them.
std::string csv_field(const std::string& text);

/// The first column of a header with one of these names.
std::optional<std::size_t> csv_column(const std::vector<std::string>& header,
                                      std::initializer_list<std::string_view> names);

/// The number that the whole text is; nothing for another text.
std::optional<double> parse_number(std::string_view text);

}  // namespace scrim
