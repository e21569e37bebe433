#include "evaluation/identity/sides.h"

#include "films/donor_pool.h"

namespace scrim {

std::function<Tensor(std::int64_t film, std::uint64_t draw)> fresh_releases(const FilmSet& real,
                                                                            const Releaser& releaser,
                                                                            const Restorer* restorer) {
  if (!releaser.method().draws_numbers()) return {};
  return [&real, &releaser, restorer](std::int64_t film, std::uint64_t draw) {
    if (!restorer) {
      const Tensor native = tensor_from_image(releaser.release_one(real, film, draw + 1).image);
      return resized_film(native, real.image_size(), real.image_size());
    }
    const FilmSet one({real.name(film)}, {real.image(film)}, real.image_size());
    return restorer->restored(one, releaser.release(one, draw + 1), draw + 1).film(0);
  };
}

void require_apart(const Scene& scene, const DonorPool* donors, const FilmSet::Options& options,
                   const std::function<std::string(const std::string& film)>& patient_of) {
  const FilmSet &train = scene.train.films.real, &test = scene.test.films.real;
  const FilmSet* valid = scene.valid ? &scene.valid->films.real : nullptr;
  const FilmSet* strangers = scene.cohort ? &scene.cohort->real : nullptr;
  require_apart(train, test, patient_of, {"training", "test"});
  if (valid) require_apart(train, *valid, patient_of);
  if (valid) require_apart(*valid, test, patient_of, {"validation", "test"});
  if (strangers) require_apart(*strangers, test, patient_of, {"strangers", "test"});
  if (strangers && valid) require_apart(*strangers, *valid, patient_of, {"strangers", "validation"});
  if (!donors) return;
  const FilmSet shown(donors->images(), donors->names(), options);
  const auto of_both = [&](const std::string& film) {
    const std::string donor = donors->patient_of(film);
    return donor.empty() ? patient_of(film) : donor;
  };
  require_apart(shown, train, of_both, {"donors", "training"});
  require_apart(shown, test, of_both, {"donors", "test"});
  if (valid) require_apart(shown, *valid, of_both, {"donors", "validation"});
}

AttackerFacts Scene::facts(AttackerFacts of) const {
  if (restored_by.empty()) return of;
  of.name = restored_by + ", then " + of.name;
  of.family = restored_by + ", then " + of.family;
  of.knows += "; " + restorer_knows;
  return of;
}

Scene Scene::restored(const Restorer& restorer, const Releaser& releaser, bool learns) const {
  Scene scene{.train = learns ? train.restored(restorer) : train,
              .test = test.restored(restorer),
              .valid = {},
              .cohort = {},
              .fresh_film = fresh_releases(train.films.real, releaser, &restorer),
              .restored_by = restorer.name(),
              .restorer_knows = restorer.knows()};
  if (valid) scene.valid = valid->restored(restorer);
  if (cohort) scene.cohort = cohort->restored(restorer);
  return scene;
}

}  // namespace scrim
