#include "tools/film_jobs.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/json_line.h"
#include "data/files/image_file.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

/// The first line of a message, without the name of the file, which stands before it anyway.
std::string reason_of(const std::exception& e, const fs::path& input) {
  std::string text = e.what();
  for (std::string prefix : {"[" + input.string() + "] ", std::string("[read] ") + input.string() + ": "})
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  return text;
}

class Run {
 public:
  Run(const std::string& verb, const FilmJobs& settings, bool json)
      : verb_(verb), settings_(settings), json_(json) {}

  int operator()(const std::vector<FilmJob>& jobs, const std::string& describe,
                 const std::function<nlohmann::ordered_json(const FilmJob&)>& work) {
    Progress progress(verb_, std::int64_t(jobs.size()),
                      jobs.size() > 1 ? Progress::fitting(json_) : Progress::Style::none);
    std::int64_t at = 0;
    for (const FilmJob& job : jobs) {
      try {
        one(job, work);
      } catch (const UsageError&) {
        throw;
      } catch (const std::exception& e) {
        failed(job, reason_of(e, job.input));
      }
      progress.update(++at);
    }
    progress.clear();
    if (json_)
      print_json_line({{"done", done_}, {"failed", failed_}, {"skipped", skipped_}});
    else
      fmt::print("{} of {} films in {}{}{} ({})\n", done_, jobs.size(), settings_.output,
                 skipped_ ? fmt::format(", {} were there already", skipped_) : "",
                 failed_ ? fmt::format(", {} failed", failed_) : "", describe);
    return failed_ == 0 ? 0 : 1;
  }

 private:
  void one(const FilmJob& job, const std::function<nlohmann::ordered_json(const FilmJob&)>& work) {
    std::size_t there = 0;
    for (const fs::path& output : job.outputs) {
      require(written_.insert(output).second, verb_, "another input goes to {} too", output.string());
      std::error_code same_error;
      require(!fs::equivalent(job.input, output, same_error), verb_, "the output would replace the input");
      if (!fs::exists(output)) continue;
      ++there;
      require(settings_.overwrite || settings_.skip_existing, verb_,
              "{} exists. Use --overwrite or --skip-existing", output.string());
    }
    if (settings_.skip_existing && there == job.outputs.size()) {
      ++skipped_;
      return;
    }
    for (const fs::path& output : job.outputs) {
      std::error_code error;
      if (output.has_parent_path()) fs::create_directories(output.parent_path(), error);
      require(!error, verb_, "{} cannot be made: {}", output.parent_path().string(), error.message());
    }
    nlohmann::ordered_json line = work(job);
    ++done_;
    if (!json_) return;
    line["input"] = job.input.string();
    line["output"] = job.outputs.front().string();
    print_json_line(line);
  }

  void failed(const FilmJob& job, const std::string& reason) {
    ++failed_;
    if (json_) print_json_line({{"input", job.input.string()}, {"error", reason}});
    say(fmt::format("scrim: {}: {}\n", job.input.string(), reason));
  }

  const std::string& verb_;
  const FilmJobs& settings_;
  bool json_;
  std::set<fs::path> written_;
  std::int64_t done_ = 0, failed_ = 0, skipped_ = 0;
};

}  // namespace

void add_film_options(CLI::App& verb, FilmJobs& jobs, const std::string& output_help) {
  verb.add_option("inputs", jobs.inputs,
                  jobs.extension.empty() ? "gray PNG or JPEG files, or folders"
                                         : jobs.extension + " files, or folders")
      ->required();
  verb.add_option("-o,--output", jobs.output, output_help)->required();
  auto* overwrite = verb.add_flag("--overwrite", jobs.overwrite, "replace existing files");
  verb.add_flag("--skip-existing", jobs.skip_existing, "skip films whose output exists")->excludes(overwrite);
}

std::vector<FoundFile> find_files(const std::vector<std::string>& inputs,
                                  const std::function<bool(const fs::path&)>& accepts) {
  std::vector<FoundFile> files;
  for (const fs::path input : inputs) {
    if (!fs::is_directory(input)) {
      files.push_back({input, input.parent_path(), input.filename(), true});
      continue;
    }
    std::vector<fs::path> found;
    for (const auto& entry :
         fs::recursive_directory_iterator(input, fs::directory_options::skip_permission_denied))
      if (!entry.is_directory() && accepts(entry.path())) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    for (const fs::path& path : found) files.push_back({path, input, path.lexically_relative(input)});
  }
  return files;
}

std::vector<FilmJob> collect_film_jobs(const FilmJobs& s,
                                       const std::function<std::vector<fs::path>(const fs::path&)>& outputs) {
  const fs::path out = s.output;
  const auto accepts = [&](const fs::path& path) {
    return s.extension.empty() ? has_image_name(path) : path.extension() == s.extension;
  };
  std::vector<FilmJob> jobs;
  for (const FoundFile& file : find_files(s.inputs, accepts)) {
    std::vector<fs::path> results = outputs(fs::path(file.place).replace_extension(".png"));
    const bool has_whole_name = file.is_named && s.inputs.size() == 1 && results.size() == 1 &&
                                !fs::is_directory(out) && out.extension() == results.front().extension();
    jobs.push_back({file.path, has_whole_name ? std::vector{out} : results});
  }
  return jobs;
}

int run_film_jobs(const std::string& verb, const FilmJobs& settings, const std::vector<FilmJob>& jobs,
                  bool json, const std::string& describe,
                  const std::function<nlohmann::ordered_json(const FilmJob&)>& work) {
  if (jobs.empty())
    throw UsageError(fmt::format("[{}] the inputs have no {} files", verb,
                                 settings.extension.empty() ? "PNG or JPEG" : settings.extension));
  return Run(verb, settings, json)(jobs, describe, work);
}

}  // namespace scrim
