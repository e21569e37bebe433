// scrim pool: donors, whose films are shown instead of patients'.
#include <fmt/core.h>

#include "base/json_line.h"
#include "films/donor_pool.h"
#include "tools/command.h"

namespace scrim {

void add_pool(CLI::App& app, const Common& common, Outcome&) {
  auto* verb = app.add_subcommand("pool", "make a pool of donors: films that may be shown to everybody");
  struct Settings {
    DonorPoolSource source;
    std::string images, output;
    std::vector<std::string> apart, apart_labels;
  };
  auto settings = std::make_shared<Settings>();
  DonorPoolSource& source = settings->source;
  verb->add_option("images", settings->images, "folder of gray PNG or JPEG films")->required();
  verb->add_option("--list", source.films.list,
                   "file with one film name per line; default: all films in the folder");
  verb->add_option("--labels", source.films.labels, "table of findings and patients")->required();
  verb->add_option("--source", source.source, "where the films are from")->required();
  verb->add_option("--license", source.license, "license under which they may be shown again")->required();
  verb->add_option("--consent", source.consent, "on what ground people may be shown")->required();
  verb->add_option("--apart-from", settings->apart, "folders of films whose patients must not be donors");
  verb->add_option("--apart-labels", settings->apart_labels,
                   "tables of these films, one per folder; default: patients by names as in NIH");
  verb->add_option("-o,--output", settings->output, "new folder")->required();
  verb->footer(
      R"(The pool holds copies of the films, their labels, and a list of hashes: a pool that was changed is refused. Films that look nearly the same, and films of patients who must not be donors, are errors.

Donors are not protected: whoever has their films elsewhere recognizes them. Use films that are public and may be shown again.

Example:
  scrim pool nih/images --list nih/splits/train.txt --labels nih/labels.csv -o donors \
      --source "NIH ChestX-ray14" --license "NIH CC: use without restriction" --consent "published by the NIH Clinical Center" \
      --apart-from hospital/films --apart-labels hospital/labels.csv)");
  verb->callback([settings, &common] {
    DonorPoolSource source = settings->source;
    source.films.images = settings->images;
    if (!settings->apart_labels.empty() && settings->apart_labels.size() != settings->apart.size())
      throw UsageError(fmt::format("[pool] {} tables came for {} folders: expected one per folder, or none",
                                   settings->apart_labels.size(), settings->apart.size()));
    for (std::size_t i = 0; i < settings->apart.size(); ++i)
      source.apart.push_back(
          {settings->apart[i], "", settings->apart_labels.empty() ? "" : settings->apart_labels[i]});
    const std::int64_t donors = write_donor_pool(settings->output, source, [](std::int64_t) {});
    if (common.json)
      print_json_line({{"donors", donors}});
    else
      fmt::print("{} donors in {}\n", donors, settings->output);
  });
}

}  // namespace scrim
