#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tools/command.h"
#include "tools/film_anonymizer.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

struct Settings {
  std::vector<std::string> inputs;
  std::string output, weights;
  AnonymizerSettings network;
  bool overwrite = false, skip_existing = false;
};

struct Job {
  fs::path input, output;
};

/// Folders are walked in the order of names and their tree is kept below the output. A file goes to the
/// output folder under its own name; a single file may also be given the output's whole name. All results are
/// PNG.
std::vector<Job> collect_jobs(const Settings& s) {
  std::vector<Job> jobs;
  const fs::path out = s.output;
  const auto as_png = [](fs::path path) { return path.replace_extension(".png"); };
  const bool single_file = s.inputs.size() == 1 && !fs::is_directory(s.inputs[0]);
  if (single_file && out.extension() == ".png" && !fs::is_directory(out)) return {{s.inputs[0], out}};
  for (const fs::path input : s.inputs) {
    if (!fs::is_directory(input)) {
      jobs.push_back({input, out / as_png(input.filename())});
      continue;
    }
    std::vector<fs::path> found;
    for (const auto& entry :
         fs::recursive_directory_iterator(input, fs::directory_options::skip_permission_denied))
      if (!entry.is_directory() && has_image_name(entry.path())) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    for (const fs::path& path : found) jobs.push_back({path, out / as_png(path.lexically_relative(input))});
  }
  return jobs;
}

/// The first line of a message, without the name of the file, which stands before it anyway.
std::string reason_of(const std::exception& e, const fs::path& input) {
  std::string text = e.what();
  for (std::string prefix : {"[" + input.string() + "] ", std::string("[read] ") + input.string() + ": "})
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  return text;
}

class Batch {
 public:
  Batch(const Settings& settings, bool json) : settings_(settings), json_(json) {}

  int run() {
    FilmAnonymizer anonymizer(settings_.weights, settings_.network);
    const auto jobs = collect_jobs(settings_);
    if (jobs.empty()) throw UsageError("[anonymize] the inputs hold no PNG or JPEG file");
    Progress progress("anonymize", std::int64_t(jobs.size()),
                      jobs.size() > 1 ? Progress::fitting(json_) : Progress::Style::none);
    std::int64_t at = 0;
    for (const Job& job : jobs) {
      try {
        one(anonymizer, job);
      } catch (const UsageError&) {
        throw;
      } catch (const std::exception& e) {
        progress.clear();
        failed(job, reason_of(e, job.input));
      }
      progress.update(++at);
    }
    progress.clear();
    if (json_)
      fmt::print("{{\"done\": {}, \"failed\": {}, \"skipped\": {}}}\n", done_, failed_, skipped_);
    else
      fmt::print("{} of {} films in {}{}{} ({})\n", done_, jobs.size(), settings_.output,
                 skipped_ ? fmt::format(", {} were there already", skipped_) : "",
                 failed_ ? fmt::format(", {} failed", failed_) : "", anonymizer.describe());
    return failed_ == 0 ? 0 : 1;
  }

 private:
  void one(FilmAnonymizer& anonymizer, const Job& job) {
    require(written_.insert(job.output).second, "anonymize", "another input goes to {} too",
            job.output.string());
    std::error_code same_error;
    require(!fs::equivalent(job.input, job.output, same_error), "anonymize",
            "the output would replace the input");
    if (fs::exists(job.output)) {
      if (settings_.skip_existing) {
        ++skipped_;
        return;
      }
      require(settings_.overwrite, "anonymize", "{} is there already; see --overwrite and --skip-existing",
              job.output.string());
    }
    const AnonymizedFilm film = anonymizer(read_image(job.input));
    std::error_code error;
    if (job.output.has_parent_path()) fs::create_directories(job.output.parent_path(), error);
    require(!error, "anonymize", "{} cannot be made: {}", job.output.parent_path().string(), error.message());
    write_png(job.output, film.image);
    ++done_;
    if (json_)
      fmt::print("{}\n", nlohmann::json{{"input", job.input.string()},
                                        {"output", job.output.string()},
                                        {"largest_displacement_pixels", film.largest_displacement}}
                             .dump());
  }

  void failed(const Job& job, const std::string& reason) {
    ++failed_;
    if (json_) fmt::print("{}\n", nlohmann::json{{"input", job.input.string()}, {"error", reason}}.dump());
    say(fmt::format("scrim: {}: {}\n", job.input.string(), reason));
  }

  const Settings& settings_;
  bool json_;
  std::set<fs::path> written_;
  std::int64_t done_ = 0, failed_ = 0, skipped_ = 0;
};

}  // namespace

void add_anonymize(CLI::App& app, const Common& common, Outcome& outcome) {
  auto* verb = app.add_subcommand("anonymize", "warp films by a trained generator's flow field");
  auto settings = std::make_shared<Settings>();
  verb->add_option("inputs", settings->inputs, "PNG or JPEG files (gray), or folders of them")->required();
  verb->add_option("-o,--output", settings->output, "folder, or the name of one PNG file")->required();
  verb->add_option("-w,--weights", settings->weights, "generator weights, safetensors")->required();
  verb->add_option("--mu", settings->network.mu, "deformation degree; else the weight file's");
  verb->add_option("--operator", settings->network.op, "corrected or published; else the weight file's");
  verb->add_option("--image-size", settings->network.image_size,
                   "side at which the network looks, pixels; the output keeps the film's own size");
  auto* overwrite =
      verb->add_flag("--overwrite", settings->overwrite, "replace files that are there already");
  verb->add_flag("--skip-existing", settings->skip_existing, "leave out films whose result is there already")
      ->excludes(overwrite);
  verb->footer(
      "The result has the size and bit depth of its film and is PNG. A folder's tree is kept. A film that "
      "cannot be\n"
      "read or written is named with the reason, the others are done, and the exit status is 1.\n"
      "Weights from `scrim train` with task pretrain_generator have only learned to leave a film as it is: "
      "they hide\n"
      "nobody yet.\n\n"
      "Example:\n  scrim anonymize cohort/images -o hidden --weights "
      "runs/pretrain_generator/weights.safetensors");
  verb->callback([settings, &common, &outcome] { outcome.status = Batch(*settings, common.json).run(); });
}

}  // namespace scrim
