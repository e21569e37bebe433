// Films from files and folders, one after the other: what verbs over many films share.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/command.h"

namespace scrim {

struct FilmJobs {
  std::vector<std::string> inputs;  ///< files and folders
  std::string extension;            ///< of files that are taken from folders: ".sealed"; "" = PNG and JPEG
  std::string output;
  bool overwrite = false, skip_existing = false;
};

/// A file, the folder that was named to find it (of a file that was named: its own), and its place below that.
struct FoundFile {
  std::filesystem::path path, folder, place;
  bool is_named = false;  ///< itself, not its folder
};
/// The files that are named, and those that `accepts` takes below folders that are named, in the order of names.
std::vector<FoundFile> find_files(const std::vector<std::string>& inputs,
                                  const std::function<bool(const std::filesystem::path&)>& accepts);

struct FilmJob {
  std::filesystem::path input;
  std::vector<std::filesystem::path> outputs;
};

/// Adds inputs, --output, --overwrite and --skip-existing.
void add_film_options(CLI::App& verb, FilmJobs& jobs, const std::string& output_help);

/// Where an input's results go: folders are walked in the order of names and their tree is kept below the
/// output; a file goes there under its own name; a single file that becomes a single file may also be given the
/// output's whole name. `outputs(place)`: the files that one film becomes, from its place below the output folder,
/// which ends in .png.
std::vector<FilmJob> collect_film_jobs(
    const FilmJobs& jobs,
    const std::function<std::vector<std::filesystem::path>(const std::filesystem::path& place)>& outputs);

/// Runs `work` on every film whose results are not there yet; what it returns is printed with --json. A film
/// that fails is named with the reason and the others are done. `describe`: what did it. The exit status: 0,
/// or 1 when some failed.
int run_film_jobs(const std::string& verb, const FilmJobs& settings, const std::vector<FilmJob>& jobs,
                  bool json, const std::string& describe,
                  const std::function<nlohmann::ordered_json(const FilmJob&)>& work);

}  // namespace scrim
