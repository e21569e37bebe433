// The part of a study's report about what released films are still good for.
#pragma once

#include "study/report/data.h"

namespace scrim {

std::string utility_html(const ReportData& data);

}  // namespace scrim
