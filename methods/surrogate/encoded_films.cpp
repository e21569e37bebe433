#include "methods/surrogate/encoded_films.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/problem_list.h"
#include "base/strings.h"
#include "data/files/csv.h"

namespace scrim {
namespace {

constexpr std::string_view header = "film,cell";

}  // namespace

std::string table_of(const std::vector<EncodedFilm>& films) {
  std::string text = std::string(header) + "\n";
  for (const EncodedFilm& film : films) text += fmt::format("{},{}\n", csv_field(film.film), film.cell);
  return text;
}

std::vector<EncodedFilm> parse_encoded_films(std::string_view text, std::int64_t cells,
                                             const std::string& name) {
  const auto lines = split_lines(text);
  require(!lines.empty() && lines[0] == header, name, "the first line is \"{}\", expected \"{}\"",
          lines.empty() ? "" : lines[0], header);
  std::vector<EncodedFilm> films;
  ProblemList problems(name);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto fields = csv_fields(lines[i]);
    const auto cell = fields.size() == 2 ? parse_number(fields[1]) : std::nullopt;
    if (cell && *cell >= 0 && *cell < double(cells) && *cell == double(std::int64_t(*cell)))
      films.push_back({fields[0], std::int64_t(*cell)});
    else
      problems.add(fmt::format("line {} is \"{}\", expected a film and a cell of 0 to {}", i + 1, lines[i],
                               cells - 1));
  }
  if (films.empty() && problems.empty()) problems.add("names no film");
  problems.throw_if_any();
  return films;
}

ReleaseGuarantee guarantee_of(const std::vector<EncodedFilm>& films, std::int64_t cells) {
  std::vector<std::int64_t> cell_of_film;
  for (const EncodedFilm& film : films) cell_of_film.push_back(film.cell);
  return ReleaseGuarantee::of_films(cell_of_film, cells);
}

}  // namespace scrim
