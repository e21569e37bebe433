#include "data/phantom/phantom_cohort.h"

#include <mutex>

#include "base/atomic_file.h"
#include "data/files/cohort.h"
#include "data/files/film_labels.h"
#include "tensor/parallel.h"

namespace scrim::phantom {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view labels_header =
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]\n";

std::string landmarks_csv(const Landmarks& landmarks) {
  std::string text = "structure,index,x,y\n";
  const auto add = [&](std::string_view structure, const auto& points) {
    for (std::size_t i = 0; i < points.size(); ++i)
      text += fmt::format("{},{},{:.2f},{:.2f}\n", structure, i, points[i].x, points[i].y);
  };
  add("right_lung", landmarks.right_lung);
  add("left_lung", landmarks.left_lung);
  add("heart", landmarks.heart);
  return text;
}

std::string label_line(const std::string& name, std::int64_t patient, std::int64_t visit,
                       const Anatomy& anatomy, const Film& film) {
  std::string findings;
  for (Finding finding : film.findings)
    findings += (findings.empty() ? "" : "|") + std::string(nih_label(finding));
  const double spacing = 360.0 / double(film.image.width);  // the field is about 36 cm wide; mm per pixel
  return fmt::format("{},{},{},{},{},{},{},{},{},{:.3f},{:.3f}\n", name,
                     findings.empty() ? "No Finding" : findings, visit, patient, anatomy.age,
                     anatomy.male ? "M" : "F", film.posterior_anterior ? "PA" : "AP", film.image.width,
                     film.image.height, spacing, spacing);
}

/// A line for each finding that shows.
std::string box_lines(const std::string& name, const Film& film) {
  std::string lines;
  for (std::size_t k = 0; k < film.findings.size(); ++k) {
    const GrayImage& mask = film.finding_masks[k];
    std::int64_t left = mask.width, right = 0, top = mask.height, bottom = 0;
    for (std::int64_t i = 0; i < mask.height * mask.width; ++i) {
      if (!mask.pixels[std::size_t(i)]) continue;
      left = std::min(left, i % mask.width);
      right = std::max(right, i % mask.width + 1);
      top = std::min(top, i / mask.width);
      bottom = i / mask.width + 1;
    }
    if (bottom > top)
      lines += fmt::format("{},{},{},{},{},{}\n", name, nih_label(film.findings[k]), left, top, right - left,
                           bottom - top);
  }
  return lines;
}

/// How many films each patient has; they add up to options.films.
std::vector<std::int64_t> films_by_patient(const CohortOptions& options) {
  Random random(options.seed, "visits");
  std::vector<std::int64_t> counts;
  for (std::int64_t left = options.films; left > 0; left -= counts.back())
    counts.push_back(std::min(left, 1 + random.below(options.most_films_of_a_patient)));
  return counts;
}

}  // namespace

void write_cohort(const fs::path& folder, const CohortOptions& options,
                  const std::function<void(std::int64_t)>& progress) {
  require(options.films >= 1 && options.films <= 10'000'000, "phantom",
          "films must be 1 to 10000000 (got {})", options.films);
  require(options.most_films_of_a_patient >= 1 && options.most_films_of_a_patient <= 999, "phantom",
          "films_per_patient must be 1 to 999 (got {})", options.most_films_of_a_patient);
  require(options.first_patient >= 1 && options.first_patient <= 90'000'000, "phantom",
          "first_patient must be 1 to 90000000 (got {})", options.first_patient);
  require(!fs::exists(folder) || (fs::is_directory(folder) && fs::is_empty(folder)), "phantom",
          "{} exists and is not an empty folder", folder.string());
  std::vector<std::string> parts{"images", "masks/lungs", "masks/heart", "landmarks", "splits", "pairs"};
  for (const Finding finding : all_findings)
    parts.push_back("masks/findings/" + std::string(nih_label(finding)));
  if (options.twins) parts.push_back("twins");
  FilmOptions healthy = options.film;
  healthy.finding_probability = 0;
  for (const auto& part : parts) {
    std::error_code error;
    fs::create_directories(folder / part, error);
    require(!error, "phantom", "{} cannot be made: {}", (folder / part).string(), error.message());
  }

  const auto counts = films_by_patient(options);
  std::vector<std::string> label_lines(counts.size()), lines_of_boxes(counts.size());
  FilmsByPatient films;
  std::mutex mutex;
  std::int64_t done = 0;
  parallel_for(std::int64_t(counts.size()), 1, [&](std::int64_t index, std::int64_t) {
    const std::int64_t patient = options.first_patient + index;
    const Anatomy anatomy(Random(options.seed, "anatomy").split(std::uint64_t(patient)));
    const Random visits = Random(options.seed, "visit").split(std::uint64_t(patient));
    std::vector<std::string> names;
    for (std::int64_t visit = 0; visit < counts[std::size_t(index)]; ++visit) {
      const Random random = visits.split(std::uint64_t(visit));
      const Film film = render_film(anatomy, random, options.film);
      names.push_back(film_name(patient, visit));
      if (options.twins)
        write_png(folder / "twins" / names.back(), render_film(anatomy, random, healthy).image);
      write_png(folder / "images" / names.back(), film.image);
      write_png(folder / "masks/lungs" / names.back(), film.lung_mask);
      write_png(folder / "masks/heart" / names.back(), film.heart_mask);
      for (std::size_t k = 0; k < film.findings.size(); ++k)
        write_png(folder / "masks/findings" / nih_label(film.findings[k]) / names.back(),
                  film.finding_masks[k]);
      write_file((folder / "landmarks" / names.back()).replace_extension(".csv"),
                 landmarks_csv(film.landmarks));
      label_lines[std::size_t(index)] += label_line(names.back(), patient, visit, anatomy, film);
      lines_of_boxes[std::size_t(index)] += box_lines(names.back(), film);
      const std::lock_guard lock(mutex);
      progress(++done);
    }
    const std::lock_guard lock(mutex);
    films[patient_of_name(names.front())] = std::move(names);
  });

  write_splits(folder, films, options.seed);
  std::string labels(labels_header), boxes("Image Index,Finding Label,x,y,w,h\n");
  for (const auto& lines : lines_of_boxes) boxes += lines;
  write_file(folder / "boxes.csv", boxes);
  for (const auto& lines : label_lines) labels += lines;
  write_file(folder / "labels.csv", labels);
}

}  // namespace scrim::phantom
