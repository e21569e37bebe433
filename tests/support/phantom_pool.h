// Donors for tests: phantoms as a pool.
#pragma once

#include "films/donor_pool.h"

namespace scrim::test {

/// Films of a folder, or those of a list, with their labels.
inline void write_phantom_pool(const std::filesystem::path& pool, const std::filesystem::path& images,
                               const std::filesystem::path& labels, const std::string& list = "") {
  write_donor_pool(pool,
                   {.films = {images, list, labels.string()},
                    .source = "phantoms",
                    .license = "CC0",
                    .consent = "no person is on them",
                    .apart = {}},
                   [](std::int64_t) {});
}

}  // namespace scrim::test
