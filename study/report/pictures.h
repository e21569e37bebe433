// Films of a study's report: before and after each method, and its worst cases.
#pragma once

#include "study/report/data.h"

namespace scrim {

/// Some test films before and after the method.
std::string pictures_html(const ReportData& data, const MethodResults& method);
/// For every method the patient that was recognized most surely, and the film that suffered most.
std::string worst_cases_html(const ReportData& data);

}  // namespace scrim
