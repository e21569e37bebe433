// A table of films and their cells: what `scrim surrogate encode` writes and `render` reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "methods/surrogate/release_guarantee.h"

namespace scrim {

struct EncodedFilm {
  std::string film;
  std::int64_t cell;
};

/// "film,cell" and a line for each.
std::string table_of(const std::vector<EncodedFilm>& films);
/// Throws Error that lists the lines that are no film with a cell of 0 to cells - 1. `name` stands in messages.
std::vector<EncodedFilm> parse_encoded_films(std::string_view text, std::int64_t cells,
                                             const std::string& name);

/// With the shares of these films.
ReleaseGuarantee guarantee_of(const std::vector<EncodedFilm>& films, std::int64_t cells);

}  // namespace scrim
