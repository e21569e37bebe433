// Any text either describes a pool of donors or is a table of films and cells, or gives an Error. Names lead nowhere else, cells
// exist, and a table that is written again says the same.
#include <cstdlib>

#include "base/error.h"
#include "films/donor_pool.h"
#include "methods/surrogate/encoded_films.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    for (const auto& [name, hash] : scrim::parse_donor_pool_file(text, "fuzz").films)
      if (name.empty() || name == ".." || name.find('/') != std::string::npos) __builtin_trap();
  } catch (const scrim::Error&) {
  }
  try {
    const auto films = scrim::parse_encoded_films(text, 7, "fuzz");
    for (const auto& film : films)
      if (film.cell < 0 || film.cell >= 7) __builtin_trap();
    const auto again = scrim::parse_encoded_films(scrim::table_of(films), 7, "fuzz");
    for (std::size_t i = 0; i < films.size(); ++i)
      if (again.at(i).film != films[i].film || again[i].cell != films[i].cell) __builtin_trap();
    if (scrim::guarantee_of(films, 7).identification(1000) > 1) __builtin_trap();
  } catch (const scrim::Error&) {
  }
  return 0;
}
