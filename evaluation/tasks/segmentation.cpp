#include "evaluation/tasks/segmentation.h"

#include "base/config/config_checks.h"
#include "films/segmenter.h"
#include "measures/overlap.h"

namespace scrim {
namespace {

std::vector<std::string> folders_of(const std::string& truth) {
  std::vector<std::string> folders;
  for (std::size_t begin = 0; begin <= truth.size();) {
    const std::size_t end = std::min(truth.find('+', begin), truth.size());
    folders.push_back(truth.substr(begin, end - begin));
    begin = end + 1;
  }
  return folders;
}

void add(Fit& fit, const MaskView& found, const MaskView& truth, double films) {
  const double overlap = dice(found, truth);
  fit.mean_dice += overlap / films;
  fit.worst_dice = std::min(fit.worst_dice, overlap);
  if (const auto distance = hausdorff(found, truth))
    fit.mean_hausdorff += *distance;
  else
    ++fit.missed;
}

}  // namespace

void check(const SegmentationConfig& c) {
  check(c.data, 32);
  check_given("judges.segmenter", c.segmenter, "a weight file of train_segmenter");
  expect(!c.truth.empty(), "data.truth", "[]", "folders of true masks");
  expect(c.organs.empty() || c.organs.size() == c.truth.size(), "judges.organs",
         fmt::format("{} organs", c.organs.size()), "none, or one for each folder of data.truth");
  check_release_fields(c);
  check_given("output.folder", c.folder, "a folder");
}

SegmentationResult evaluate(const SegmentationConfig& config) {
  check(config);
  Segmenter segmenter = Segmenter::load(config.segmenter);
  if (segmenter.image_size() != config.data.image_size)
    throw UsageError(
        fmt::format("[config] judges.segmenter was trained on films of {} pixels, data.image_size is {}",
                    segmenter.image_size(), config.data.image_size));
  std::vector<std::int64_t> organs = config.organs;
  for (std::size_t i = organs.size(); i < config.truth.size(); ++i) organs.push_back(std::int64_t(i));
  for (const std::int64_t organ : organs)
    expect(organ >= 0 && organ < segmenter.organs(), "judges.organs", organ,
           fmt::format("0 to {}", segmenter.organs() - 1));

  const FilmSet films(config.data.images, film_names(config.data.images, config.test_list),
                      config.data.options());
  std::vector<MaskSet> truths;
  for (const auto& truth : config.truth)
    truths.emplace_back(MaskSettings{folders_of(truth), 0}, films.names(), config.data.options());
  Releaser releaser(config.release, config.masks, std::uint64_t(config.seed));
  const FilmSet released = releaser.release(films);

  SegmentationResult result{releaser.method().describe(), films.count(), {}};
  for (const auto& truth : config.truth) result.organs.push_back({truth, {}, {}});
  const std::int64_t size = config.data.image_size;
  for (std::int64_t i = 0; i < films.count(); ++i) {
    const Tensor before = segmenter.organ_masks(films.film(i)),
                 after = segmenter.organ_masks(released.film(i));
    for (std::size_t t = 0; t < truths.size(); ++t) {
      const Tensor truth = truths[t].batch({i});
      const MaskView there{truth.data<float>().data(), size, size, 1};
      const auto found = [&](const Tensor& masks) {
        return MaskView{masks.data<float>().data() + organs[t], size, size, segmenter.organs()};
      };
      add(result.organs[t].before, found(before), there, double(films.count()));
      add(result.organs[t].after, found(after), there, double(films.count()));
    }
  }
  for (OrganResult& organ : result.organs)
    for (Fit* fit : {&organ.before, &organ.after})
      if (const auto measured = films.count() - fit->missed; measured > 0)
        fit->mean_hausdorff /= double(measured);
  return result;
}

}  // namespace scrim
