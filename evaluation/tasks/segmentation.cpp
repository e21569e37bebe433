#include "evaluation/tasks/segmentation.h"

#include <algorithm>
#include <map>

#include "base/config/config_checks.h"
#include "films/segmenter.h"
#include "measures/overlap.h"

namespace scrim {
namespace {

std::vector<std::string> folders_of(const std::string& truth) {
  if (std::filesystem::is_directory(truth)) return {truth};  // its name may have a plus
  std::vector<std::string> folders;
  for (std::size_t begin = 0; begin <= truth.size();) {
    const std::size_t end = std::min(truth.find('+', begin), truth.size());
    folders.push_back(truth.substr(begin, end - begin));
    begin = end + 1;
  }
  return folders;
}

/// "lungs+heart" of the folders .../lungs and .../heart.
std::string name_of_organs(const std::string& truth) {
  std::string name;
  for (const auto& folder : folders_of(truth)) name += (name.empty() ? "" : "+") + organ_of_folder(folder);
  return name;
}

/// What was found of an organ on every film, in their order.
struct Found {
  std::vector<double> dice;
  std::vector<std::optional<double>> pixels, mm;  ///< distances; mm where the film's size is known

  void add(const MaskView& found, const MaskView& truth, const std::optional<PixelSize>& pixel_mm) {
    dice.push_back(scrim::dice(found, truth));
    pixels.push_back(hausdorff_95(found, truth));
    mm.push_back(pixel_mm ? hausdorff_95(found, truth, *pixel_mm) : std::nullopt);
  }
};

/// `also`: films count for distances when this has one too. knows_mm: of all films.
Fit fit_of(const Found& found, const Found& also, bool knows_mm) {
  Fit fit;
  std::vector<std::optional<double>> pixels, mm;
  for (std::size_t i = 0; i < found.dice.size(); ++i) {
    fit.mean_dice += found.dice[i] / double(found.dice.size());
    fit.worst_dice = std::min(fit.worst_dice, found.dice[i]);
    fit.missed += !found.pixels[i];
    if (!found.pixels[i] || !also.pixels[i]) continue;
    pixels.push_back(found.pixels[i]);
    mm.push_back(found.mm[i]);
  }
  fit.hausdorff_pixels = mean_of_known(pixels);
  if (knows_mm) fit.hausdorff_mm = mean_of_known(mm);
  return fit;
}

OrganResult organ_result(const std::string& truth, const Found& before, const Found& after,
                         const std::vector<std::string>& patients, bool knows_mm,
                         const SegmentationConfig& config) {
  OrganResult result{
      name_of_organs(truth), fit_of(before, after, knows_mm), fit_of(after, before, knows_mm), 0, 0, {}};
  std::map<std::string, std::pair<double, double>> changes;  // sum and films of each patient
  for (std::size_t i = 0; i < before.dice.size(); ++i) {
    result.measured += before.pixels[i] && after.pixels[i];
    auto& [sum, films] = changes[patients[i]];
    sum += after.dice[i] - before.dice[i];
    ++films;
  }
  std::vector<double> of_patients;
  for (const auto& [patient, change] : changes) of_patients.push_back(change.first / change.second);
  for (const double change : of_patients) result.dice_change += change / double(of_patients.size());
  result.dice_change_interval =
      bootstrap_mean(of_patients, config.bootstrap_draws, Random(std::uint64_t(config.seed), "bootstrap"));
  return result;
}

}  // namespace

void check(const SegmentationConfig& c) {
  check(c.data, 32);
  check_given("judges.segmenter", c.segmenter, "a weight file of train_segmenter");
  expect(!c.truth.empty(), "data.truth", "[]", "folders of true masks");
  expect(c.organs.empty() || c.organs.size() == c.truth.size(), "judges.organs",
         fmt::format("{} organs", c.organs.size()), "none, or one for each folder of data.truth");
  check_release_fields(c);
  check_shows_the_film(c.release);
  expect(c.bootstrap_draws >= 0 && c.bootstrap_draws <= 1'000'000, "evaluation.bootstrap_draws",
         c.bootstrap_draws, "0 to 1000000");
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

  std::optional<LabelTable> labels;
  if (!config.labels.empty()) labels.emplace(config.labels);
  std::vector<std::string> patients;
  std::vector<std::optional<PixelSize>> pixels_mm;
  const auto side = double(config.data.image_size);
  for (const auto& name : films.names()) {
    const std::string known = labels ? labels->patient_of(name) : patient_of_name(name);
    patients.push_back(known.empty() ? name : known);
    const FilmLabels of = labels && labels->contains(name) ? labels->of(name) : FilmLabels{};
    pixels_mm.push_back(of.width_mm && of.height_mm
                            ? std::optional(PixelSize{*of.height_mm / side, *of.width_mm / side})
                            : std::nullopt);
  }
  const bool knows_mm =
      std::all_of(pixels_mm.begin(), pixels_mm.end(), [](const auto& p) { return p.has_value(); });

  std::vector<Found> all_before(truths.size()), all_after(truths.size());
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
      all_before[t].add(found(before), there, pixels_mm[std::size_t(i)]);
      all_after[t].add(found(after), there, pixels_mm[std::size_t(i)]);
    }
  }
  SegmentationResult result{releaser.method().describe(), films.count(), {}};
  for (std::size_t t = 0; t < truths.size(); ++t)
    result.organs.push_back(
        organ_result(config.truth[t], all_before[t], all_after[t], patients, knows_mm, config));
  return result;
}

}  // namespace scrim
