#include "films/segmenter.h"
#include "methods/method_settings.h"
#include "methods/release_film.h"
#include "models/networks/weight_files.h"
#include "models/networks/weight_name.h"
#include "tools/film_jobs.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

struct Settings {
  FilmJobs jobs;
  std::string weights = "builtin:flow_field";
  std::optional<double> mu;
  std::optional<std::string> op;
  std::optional<std::int64_t> image_size;
  std::string segmenter = "builtin:segmenter";
};

LoadedMethod load(const Settings& s) {
  return load_method(
      s.weights,
      [&](GeneratorSettings& g) {
        if (g.method != FlowField::name && (s.mu || s.op))
          throw UsageError(
              fmt::format("[anonymize] --mu and --operator belong to flow fields; {} holds a {} generator",
                          s.weights, g.method));
        auto& flow = g.of<FlowField>();
        flow.mu = s.mu.value_or(flow.mu);
        flow.op = s.op.value_or(flow.op);
      },
      s.image_size);
}

int anonymize(const Settings& s, bool json) {
  const LoadedMethod loaded = load(s);
  const LearnedMethod& method = *loaded.method;
  std::optional<Segmenter> segmenter;
  if (method.wants_masks()) segmenter = Segmenter::load(s.segmenter);
  if (is_builtin(s.weights))
    say(fmt::format(
        "note: the built-in weights do not protect anybody from the attackers they were measured with; "
        "see scrim inspect {}\n",
        s.weights));
  const auto jobs = collect_film_jobs(
      s.jobs, [&](const fs::path& place) { return std::vector{fs::path(s.jobs.output) / place}; });
  const std::string what = fmt::format("{}, looked at with {} pixels, {}", method.describe(),
                                       method.image_size(), name_of_weights(s.weights));
  return run_film_jobs("anonymize", s.jobs, jobs, json, what, [&](const FilmJob& job) {
    const GrayImage film = read_image(job.input);
    const Variable mask = segmenter ? organ_mask(*segmenter, tensor_from_image(film)) : Variable();
    const ReleasedFilm released = release_film(method, film, mask, Random(0));
    write_png(job.outputs.front(), released.image);
    return nlohmann::json{{"largest_displacement_pixels", released.largest_displacement}};
  });
}

}  // namespace

void add_anonymize(CLI::App& app, const Common& common, Outcome& outcome) {
  auto* verb = app.add_subcommand("anonymize", "change films by a trained generator");
  auto settings = std::make_shared<Settings>();
  add_film_options(*verb, settings->jobs, "folder, or the name of one PNG file");
  verb->add_option("-w,--weights", settings->weights,
                   "generator weights: safetensors, builtin:flow_field or builtin:noise")
      ->capture_default_str();
  verb->add_option("--mu", settings->mu, "deformation degree; else the weight file's");
  verb->add_option("--operator", settings->op, "corrected or published; else the weight file's");
  verb->add_option("--image-size", settings->image_size,
                   "side at which the network looks, pixels; the output keeps the film's own size");
  verb->add_option("--segmenter", settings->segmenter,
                   "weights that find the organs, for generators that spare some");
  verb->footer(
      "The result has the size and bit depth of its film and is PNG. A folder's tree is kept. A film that "
      "cannot be\n"
      "read or written is named with the reason, the others are done, and the exit status is 1.\n"
      "How far the built-in weights hide patients, and how far not: `scrim inspect builtin:flow_field`. "
      "Weights "
      "of task\n"
      "pretrain_generator have only learned to leave a film as it is: they hide nobody.\n\n"
      "Example:\n  scrim anonymize cohort/images -o hidden\n"
      "  scrim anonymize film.png -o hidden.png --weights "
      "runs/train_anonymizer/lowest_total_loss.safetensors");
  verb->callback([settings, &common, &outcome] { outcome.status = anonymize(*settings, common.json); });
}

}  // namespace scrim
