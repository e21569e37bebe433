// The figures of a study for machines: evidence.json. Its fields are described in docs/evidence.md.
#pragma once

#include "study/report/data.h"

namespace scrim {

Json evidence_json(const ReportData& data);

}  // namespace scrim
