#include "films/segmenter.h"
#include "methods/method_settings.h"
#include "methods/transplant/gate.h"
#include "models/networks/weight_files.h"
#include "models/networks/weight_name.h"
#include "tools/surrogate_release.h"

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
  SurrogateSettings surrogate;    ///< where a pool is named
  TransplantSettings transplant;  ///< where something says where findings are as well
  FindingSource findings;
  std::string key, record;
};

LoadedMethod load(const Settings& s) {
  return load_method(
      s.weights,
      [&](GeneratorSettings& g) {
        if (g.method != FlowField::name && (s.mu || s.op))
          throw UsageError(
              fmt::format("[anonymize] --mu and --operator are for flow fields; {} holds the method {}",
                          s.weights, g.method));
        auto& flow = g.of<FlowField>();
        flow.mu = s.mu.value_or(flow.mu);
        flow.op = s.op.value_or(flow.op);
      },
      s.image_size);
}

int show_surrogates(const Settings& s, bool json) {
  if (s.key.empty() || s.record.empty())
    throw UsageError("[anonymize] --pool needs --key (from scrim surrogate key) and --record (a new file)");
  if (s.jobs.overwrite || s.jobs.skip_existing)
    throw UsageError(
        "[anonymize] with --pool the output is a new folder: no --overwrite, no --skip-existing");
  check(s.surrogate, "release");
  const Surrogate surrogate(s.surrogate);
  const SecretBytes key = read_release_key(s.key);
  render_films(encode_films(s.findings, s.jobs.inputs, surrogate, json), surrogate, {key.data(), key.size()},
               s.jobs.output, s.record, json);
  return 0;
}

/// Films through a method, each under its own name.
int release_films(const Settings& s, const Method& method, Segmenter* segmenter, const std::string& what,
                  bool json) {
  const auto jobs = collect_film_jobs(
      s.jobs, [&](const fs::path& place) { return std::vector{fs::path(s.jobs.output) / place}; });
  return run_film_jobs("anonymize", s.jobs, jobs, json, what, [&](const FilmJob& job) {
    const GrayImage film = read_image(job.input);
    const Variable mask = segmenter ? organ_mask(*segmenter, tensor_from_image(film)) : Variable();
    const ReleasedFilm released =
        method.release({film, mask, nullptr, job.input.filename().string()}, Random(random_number()));
    write_png(job.outputs.front(), released.image);
    nlohmann::ordered_json said{{"largest_displacement_pixels", released.largest_displacement}};
    if (released.gate.defined()) said = {{"kept_share", share_of(released.gate)}};
    return said;
  });
}

int transplant(Settings s, bool json) {
  if (!s.key.empty() || !s.record.empty() || !s.findings.table.empty() || !s.findings.classifier.empty())
    throw UsageError(
        "[anonymize] --labels, --classifier, --key and --record are for surrogates; --lesions and --findings "
        "make transplants");
  s.transplant.pool = s.surrogate.pool;
  s.transplant.segmenter = s.segmenter;
  if (s.transplant.pool.empty())
    throw UsageError(
        "[anonymize] --lesions and --findings need --pool (from scrim pool): donors without findings");
  if (s.transplant.content == "layer" && s.transplant.lesions.empty() && s.transplant.twins.empty())
    throw UsageError(
        "[anonymize] --content layer needs --lesions (from train_lesion_network). --content pixels does not");
  check(s.transplant, "anonymize");
  check_chosen(s.transplant, "anonymize");
  const Transplant method(s.transplant);
  return release_films(s, method, nullptr, method.describe(), json);
}

int anonymize(const Settings& s, bool json) {
  if (!s.transplant.lesions.empty() || !s.transplant.findings.empty()) return transplant(s, json);
  if (!s.surrogate.pool.empty()) return show_surrogates(s, json);
  const LoadedMethod loaded = load(s);
  const LearnedMethod& method = *loaded.method;
  std::optional<Segmenter> segmenter;
  if (method.wants_masks()) segmenter = Segmenter::load(s.segmenter);
  if (is_builtin(s.weights))
    say(fmt::format(
        "note: the built-in weights do not protect patients from strong attackers; see scrim inspect {}\n",
        s.weights));
  const std::string what = fmt::format("{}, network input {} pixels, {}", method.describe(),
                                       method.image_size(), name_of_weights(s.weights));
  return release_films(s, method, segmenter ? &*segmenter : nullptr, what, json);
}

}  // namespace

void add_anonymize(CLI::App& app, const Common& common, Outcome& outcome) {
  auto* verb = app.add_subcommand("anonymize", "release films by a method");
  auto settings = std::make_shared<Settings>();
  add_film_options(*verb, settings->jobs, "folder, or one PNG file");
  verb->add_option("-w,--weights", settings->weights,
                   "weights of the method: a safetensors file, builtin:flow_field or builtin:noise")
      ->capture_default_str();
  verb->add_option("--mu", settings->mu, "deformation degree; default: as trained");
  verb->add_option("--operator", settings->op, "warp: corrected or published; default: as trained");
  verb->add_option("--image-size", settings->image_size,
                   "side of the network's input, pixels. The released film keeps its own size");
  verb->add_option("--segmenter", settings->segmenter,
                   "segmenter weights, for methods that keep organs unchanged and for transplants");
  const auto surrogate = [&](const char* name, std::string& value, const char* help) {
    verb->add_option(name, value, help)->group("Surrogates: another person's film with the same findings");
  };
  surrogate("--pool", settings->surrogate.pool, "folder of donors, from scrim pool: no weights are used");
  surrogate("--labels", settings->findings.table, "table of the films' findings");
  surrogate("--classifier", settings->findings.classifier,
            "weights that read findings from films without labels");
  surrogate("--key", settings->key, "secret key, from scrim surrogate key");
  surrogate("--record", settings->record,
            "new file that says which release belongs to which film. Keep it secret");
  const auto transplant = [&](const char* name, auto& value, const char* help) {
    return verb->add_option(name, value, help)
        ->group("Transplants, with --pool: the patient's lesions in another person's chest");
  };
  transplant("--lesions", settings->transplant.lesions,
             "weights of train_lesion_network, which finds lesions");
  transplant("--findings", settings->transplant.findings,
             "where findings are: folder of masks or table of boxes; default: as the network says");
  transplant("--content", settings->transplant.content,
             "what is kept: pixels, or layer (what findings change of the film)")
      ->capture_default_str();
  transplant("--largest-gate", settings->transplant.largest_gate, "share of the film that is kept at most")
      ->capture_default_str();
  transplant("--twins", settings->transplant.twins, "folder of phantoms without their findings");
  verb->footer(
      R"(The released film is a PNG with the size and bit depth of its film, or with --pool of the donor's. Folders keep their structure. Unreadable films are reported and skipped; the exit status is then 1. No partial files remain.

The built-in weights do not protect patients from strong attackers. "scrim inspect builtin:flow_field" shows what was measured. Weights of the task pretrain_generator only reproduce the film: they hide nobody.

Example:
  scrim anonymize cohort/images -o released
  scrim anonymize cohort/images -o released --pool donors --labels cohort/labels.csv --key hospital.key --record who_is_who.csv
  scrim anonymize cohort/images -o released --pool donors --findings cohort/masks/findings --content pixels
  scrim anonymize film.png -o released.png --weights runs/train_anonymizer/lowest_total_loss.safetensors)");
  verb->callback([settings, &common, &outcome] { outcome.status = anonymize(*settings, common.json); });
}

}  // namespace scrim
