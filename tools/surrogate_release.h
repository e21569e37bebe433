// Films out as surrogates: what scrim surrogate and scrim anonymize share.
#pragma once

#include "methods/surrogate/encoded_films.h"
#include "methods/surrogate/surrogate.h"
#include "sharing/format/key_files.h"
#include "tools/film_jobs.h"

namespace scrim {

/// Where findings are known from: one of the two.
struct FindingSource {
  std::string table, classifier;
};
/// The cells of films; `inputs`: files and folders, none = all films of the table. Films are opened for a classifier alone.
std::vector<EncodedFilm> encode_films(const FindingSource& source, const std::vector<std::string>& inputs,
                                      const Surrogate& surrogate, bool json);

/// Writes donors' films into the new folder `output`, in an order and under names that say nothing, and who is who into the new
/// file `record`, for the owner alone. Prints what was done and what is guaranteed.
void render_films(std::vector<EncodedFilm> films, const Surrogate& surrogate, ReleaseKey key,
                  const std::filesystem::path& output, const std::filesystem::path& record, bool json);

}  // namespace scrim
