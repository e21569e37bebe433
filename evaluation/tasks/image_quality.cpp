#include "evaluation/tasks/image_quality.h"

#include "measures/image_quality.h"

namespace scrim {

void check(const ImageQualityConfig& c) {
  check(c.data, 16);
  check_release_fields(c);
  check_shows_the_film(c.release);
  check_given("output.folder", c.folder, "a folder");
}

ImageQualityResult evaluate(const ImageQualityConfig& config) {
  check(config);
  const Releaser releaser(config.release, config.masks, std::uint64_t(config.seed));
  const FilmSet films(config.data.images, film_names(config.data.images, config.test_list),
                      config.data.options());
  ImageQualityResult result{releaser.method().describe(), {}};
  for (std::int64_t i = 0; i < films.count(); ++i) {
    const GrayImage before = films.image(i);
    const ReleasedFilm after = releaser.release_one(films, i);
    result.films.push_back({films.name(i), psnr(before, after.image), ssim(before, after.image),
                            share_of_changed_pixels(before, after.image), after.largest_displacement});
  }
  return result;
}

}  // namespace scrim
