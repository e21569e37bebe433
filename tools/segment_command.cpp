// Organs of films as masks, from a trained segmenter: what generators spare, and what the study's [masks]
// read.
#include "films/film_set.h"
#include "films/segmenter.h"
#include "models/networks/weight_name.h"
#include "tools/film_jobs.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

struct Settings {
  FilmJobs jobs;
  std::string weights = "builtin:segmenter";
  std::vector<std::string> names;
};

int segment(Settings& s, bool json) {
  Segmenter segmenter = Segmenter::load(s.weights);
  const std::int64_t organs = segmenter.organs();
  if (s.names.empty()) s.names = segmenter.organ_names();
  if (std::int64_t(s.names.size()) != organs)
    throw UsageError(fmt::format("[segment] --names has {} names, but the segmenter finds {} organs",
                                 s.names.size(), organs));
  const auto jobs = collect_film_jobs(s.jobs, [&](const fs::path& place) {
    std::vector<fs::path> outputs;
    for (const auto& name : s.names) outputs.push_back(fs::path(s.jobs.output) / name / place);
    return outputs;
  });
  return run_film_jobs("segment", s.jobs, jobs, json,
                       fmt::format("{} at {} pixels, {}", segmenter.settings().kind, segmenter.image_size(),
                                   name_of_weights(s.weights)),
                       [&](const FilmJob& job) {
                         const GrayImage film = read_image(job.input);
                         const Tensor masks = native_masks(segmenter, tensor_from_image(film));
                         nlohmann::ordered_json shares = nlohmann::ordered_json::array();
                         for (std::int64_t organ = 0; organ < organs; ++organ) {
                           GrayImage mask{film.height, film.width, 8, {}};
                           double inside = 0;
                           for (std::int64_t i = 0; i < film.height * film.width; ++i) {
                             const bool belongs =
                                 masks.data<float>()[std::size_t(i * organs + organ)] >= 0.5f;
                             mask.pixels.push_back(belongs ? 255 : 0);
                             inside += belongs;
                           }
                           write_png(job.outputs[std::size_t(organ)], mask);
                           shares.push_back(inside / double(film.height * film.width));
                         }
                         return nlohmann::ordered_json{{"share_of_film", shares}};
                       });
}

}  // namespace

void add_segment(CLI::App& app, const Common& common, Outcome& outcome) {
  auto* verb = app.add_subcommand("segment", "write masks of lungs and heart");
  auto settings = std::make_shared<Settings>();
  add_film_options(*verb, settings->jobs, "folder; each organ gets a folder in it");
  verb->add_option("-w,--weights", settings->weights, "segmenter weights")->capture_default_str();
  verb->add_option("--names", settings->names,
                   "folder names, one per organ; default: the names in the weight file")
      ->delimiter(',');
  verb->footer(R"(A mask has the size of its film: 255 inside the organ, 0 outside.

Example:
  scrim segment cohort/images -o masks
  scrim segment cohort/images -o masks --weights runs/train_segmenter/best.safetensors --names lungs,heart)");
  verb->callback([settings, &common, &outcome] { outcome.status = segment(*settings, common.json); });
}

}  // namespace scrim
