#include "films/film_settings.h"

#include <map>

#include "base/config/config_checks.h"

namespace scrim {

void check(const FilmSettings& d, std::int64_t divisor) {
  check_given("data.images", d.images, "a folder of films");
  expect(d.image_size >= 16 && d.image_size <= 4096 && d.image_size % divisor == 0, "data.image_size",
         d.image_size, divisor == 1 ? "16 to 4096" : fmt::format("16 to 4096, divisible by {}", divisor));
  expect(d.memory_mb >= 0, "data.memory_mb", d.memory_mb, "at least 0");
}

TrainAndValid read_films(const FilmSettings& settings, const FilmLists& lists,
                         const std::function<std::string(const std::string&)>& patient_of) {
  TrainAndValid films{{settings.images, film_names(settings.images, lists.train), settings.options()}, {}};
  if (!lists.valid.empty()) {
    films.valid.emplace(settings.images, film_names(settings.images, lists.valid), settings.options());
    require_apart(films.train, *films.valid, patient_of);
  }
  return films;
}

PairSet indexed(const std::vector<Pair>& pairs) {
  PairSet set;
  std::map<std::string, std::int64_t> number;
  const auto index_of = [&](const std::string& name) {
    const auto [entry, is_new] = number.emplace(name, std::int64_t(number.size()));
    if (is_new) set.names.push_back(name);
    return entry->second;
  };
  for (const Pair& pair : pairs) {
    const std::int64_t first = index_of(pair.first);
    set.pairs.push_back({first, index_of(pair.second), pair.same_patient});
  }
  return set;
}

}  // namespace scrim
