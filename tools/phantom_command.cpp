#include <fmt/core.h>

#include "base/json_line.h"
#include "data/phantom/phantom_cohort.h"
#include "tools/command.h"

namespace scrim {

void add_phantom(CLI::App& app, const Common& common, Outcome&) {
  auto* verb = app.add_subcommand(
      "phantom", "make a cohort of chest-film phantoms: images, labels, masks, splits, pairs");
  struct Settings {
    std::string folder;
    phantom::CohortOptions cohort;
  };
  auto settings = std::make_shared<Settings>();
  auto& cohort = settings->cohort;
  verb->add_option("-o,--output", settings->folder, "folder to write, empty or not there yet")->required();
  verb->add_option("-n,--films", cohort.films, "films in all");
  verb->add_option("--films-per-patient", cohort.most_films_of_a_patient,
                   "at most; each patient has at least one");
  verb->add_option("--seed", cohort.seed, "the same seed gives the same bytes");
  verb->add_option("--size", cohort.film.size, "pixels a side");
  verb->add_option("--bits", cohort.film.bits, "8 or 16 bits a pixel")->check(CLI::IsMember({8, 16}));
  verb->add_option("--finding-probability", cohort.film.finding_probability,
                   "of each of the five findings, per film")
      ->check(CLI::Range(0.0, 1.0));
  verb->footer("Example:\n  scrim phantom -o cohort --films 200 --seed 7");
  verb->callback([settings, &common] {
    Progress progress("phantom", settings->cohort.films, Progress::fitting(common.json));
    phantom::write_cohort(settings->folder, settings->cohort,
                          [&](std::int64_t done) { progress.update(done); });
    if (common.json)
      print_json_line({{"films", settings->cohort.films}, {"seed", settings->cohort.seed}});
    else
      fmt::print("{} films in {}\n", settings->cohort.films, settings->folder);
  });
}

}  // namespace scrim
