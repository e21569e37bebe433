#include <fmt/core.h>

#include "base/json_line.h"
#include "data/phantom/phantom_cohort.h"
#include "tools/command.h"

namespace scrim {

void add_phantom(CLI::App& app, const Common& common, Outcome&) {
  auto* verb = app.add_subcommand("phantom", "draw chest-film phantoms with labels, masks, splits and pairs");
  struct Settings {
    std::string folder;
    phantom::CohortOptions cohort;
  };
  auto settings = std::make_shared<Settings>();
  auto& cohort = settings->cohort;
  verb->add_option("-o,--output", settings->folder, "new or empty folder")->required();
  verb->add_option("-n,--films", cohort.films, "number of films");
  verb->add_option("--films-per-patient", cohort.most_films_of_a_patient,
                   "most films of one patient; each has at least one");
  verb->add_option("--first-patient", cohort.first_patient,
                   "number of the first patient: another one keeps the patients of two cohorts apart");
  verb->add_option("--seed", cohort.seed, "the same seed gives the same files");
  verb->add_option("--size", cohort.film.size, "side of a film, pixels");
  verb->add_option("--bits", cohort.film.bits, "bits per pixel")->check(CLI::IsMember({8, 16}));
  verb->add_option("--finding-probability", cohort.film.finding_probability,
                   "probability of each of the five findings on a film")
      ->check(CLI::Range(0.0, 1.0));
  verb->add_flag("--twins", cohort.twins,
                 "also write twins/: each film without its findings, for train_lesion_layer");
  verb->footer(
      R"(Phantoms are drawn chest films: each patient has an anatomy of his own, each film a pose, an exposure and findings. They show how the program works. They prove nothing about real patients.

Writes images/, labels.csv, masks/, boxes.csv, landmarks/, splits/ and pairs/, and twins/ where asked for.

Example:
  scrim phantom -o cohort --films 200 --seed 7)");
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
