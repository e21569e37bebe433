// The part of a study's report about recognizing patients: figures beside the control, curves, searches, attackers.
#pragma once

#include "study/report/data.h"

namespace scrim {

std::string privacy_html(const ReportData& data);
std::string curves_html(const ReportData& data);
std::string search_html(const ReportData& data);
std::string attackers_html(const ReportData& data);

}  // namespace scrim
