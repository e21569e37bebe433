// The verbs of the scrim binary. Each file beside this one adds its verb to the command line.
#pragma once

#include <CLI/CLI.hpp>

#include "base/progress.h"

namespace scrim {

/// Options that every verb shares.
struct Common {
  int threads = 0;              ///< 0: one per core
  std::string device = "auto";  ///< see choose_compute_device()
  std::string math = "f32";     ///< of a GPU's products: "f32", "tf32", "bf16", "f16"
  bool any_algorithm = false;   ///< a GPU may take algorithms that give other bits each time
  bool json = false;
};

/// --set TABLE.KEY=VALUE, any number of times, one value each. A value without "=" is a usage error.
void add_set_option(CLI::App& verb, std::vector<std::string>& assignments, const std::string& help);

/// What a verb leaves as the exit status: 0 all done, 1 some inputs failed.
struct Outcome {
  int status = 0;
};

void add_phantom(CLI::App& app, const Common& common, Outcome& outcome);
void add_train(CLI::App& app, const Common& common, Outcome& outcome);
void add_split(CLI::App& app, const Common& common, Outcome& outcome);
void add_report(CLI::App& app, const Common& common, Outcome& outcome);
void add_study(CLI::App& app, const Common& common, Outcome& outcome);
void add_evaluate(CLI::App& app, const Common& common, Outcome& outcome);
void add_anonymize(CLI::App& app, const Common& common, Outcome& outcome);
void add_pool(CLI::App& app, const Common& common, Outcome& outcome);
void add_surrogate(CLI::App& app, const Common& common, Outcome& outcome);
void add_segment(CLI::App& app, const Common& common, Outcome& outcome);
void add_share(CLI::App& app, const Common& common, Outcome& outcome);
void add_inspect(CLI::App& app, const Common& common, Outcome& outcome);
void add_infer(CLI::App& app, const Common& common, Outcome& outcome);
void add_quickstart(CLI::App& app, const Common& common, Outcome& outcome);

}  // namespace scrim
