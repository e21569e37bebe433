// scrim share seal and open.
#include "base/atomic_file.h"
#include "models/networks/weight_name.h"
#include "sharing/format/share_writer.h"
#include "tools/share/share_command.h"

namespace scrim {
namespace {

namespace fs = std::filesystem;

struct Seal {
  explicit Seal(CLI::App& verb)
      : options(verb, {"sealed", "ternary_pad"}), audience(verb, "--passphrase-file") {}
  FilmJobs jobs;
  ShareOptions options;
  AudienceOptions audience;
};

int seal(Seal& s, bool json) {
  const ShareSettings settings = s.options.settings();
  s.audience.read();
  FilmSealer sealer(settings.weights, settings.k);
  const auto jobs = collect_film_jobs(s.jobs, [&](fs::path place) {
    return std::vector{fs::path(s.jobs.output) / place.replace_extension(sealed_extension)};
  });
  const ShareMode mode = settings.mode == "sealed" ? ShareMode::sealed : ShareMode::ternary_pad;
  return run_film_jobs(
      "seal", s.jobs, jobs, json,
      fmt::format("{}, k {}, {}", settings.mode, sealer.coder().k(), name_of_weights(settings.weights)),
      [&](const FilmJob& job) {
        const GrayImage film = read_image(job.input);
        const std::string bytes = file_bytes(sealer.seal(film, mode, s.audience.audience()));
        write_file(job.outputs.front(), bytes);
        return nlohmann::ordered_json{
            {"bytes", bytes.size()},
            {"bits_per_pixel", bits_per_pixel(bytes.size(), film.height, film.width)}};
      });
}

struct Open {
  explicit Open(CLI::App& verb) : opener(verb) {}
  FilmJobs jobs{.extension = sealed_extension};
  std::string weights;
  OpenerOptions opener;
};

int open(Open& s, bool json) {
  s.opener.read();
  FilmSealer sealer(s.weights, 0);
  const auto jobs = collect_film_jobs(
      s.jobs, [&](const fs::path& place) { return std::vector{fs::path(s.jobs.output) / place}; });
  return run_film_jobs("open", s.jobs, jobs, json, name_of_weights(s.weights), [&](const FilmJob& job) {
    write_png(job.outputs.front(),
              sealer.open(read_share_file(job.input), s.opener.opener(), job.input.string()));
    return nlohmann::ordered_json::object();
  });
}

}  // namespace

void add_share_sealing(CLI::App& share, const Common& common, Outcome& outcome) {
  auto* seal_verb = share.add_subcommand("seal", "encrypt films for recipients");
  auto sealing = std::make_shared<Seal>(*seal_verb);
  add_film_options(*seal_verb, sealing->jobs, "folder, or the name of one .sealed file");
  seal_verb->footer(
      R"(Each film has its own key, wrapped for each recipient (89 bytes). The size of a sealed file depends only on the film's size and k. File names are kept: choose names without patient data.

The film that comes back is the coder's reconstruction, not the original. It is not for diagnosis.

Example:
  scrim share seal films -o sealed --to clinic.pub --weights weights/sparse_coder.safetensors)");
  seal_verb->callback([sealing, &common, &outcome] { outcome.status = seal(*sealing, common.json); });

  auto* open_verb = share.add_subcommand("open", "decrypt sealed films");
  auto opening = std::make_shared<Open>(*open_verb);
  add_film_options(*open_verb, opening->jobs, "folder, or the name of one PNG file");
  open_verb->add_option("-w,--weights", opening->weights, "weights that sealed the films")->required();
  open_verb->footer(
      R"(A file is reported and skipped if a bit of it changed, if it was sealed with other weights, or if you are not a recipient.

Example:
  scrim share open sealed -o opened --key clinic.key --weights weights/sparse_coder.safetensors)");
  open_verb->callback([opening, &common, &outcome] { outcome.status = open(*opening, common.json); });
}

}  // namespace scrim
