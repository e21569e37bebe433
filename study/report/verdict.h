// The top of a study's report: what the figures come to in plain words, and privacy against utility at a glance.
#pragma once

#include "study/report/data.h"

namespace scrim {

std::string verdict_html(const ReportData& data);
std::string trade_off_html(const ReportData& data);
/// "no loss above 0.03 (-0.004, -0.011 to 0.002)": what a method costs, of the mean AUC of findings.
std::string cost_text(const MethodResults& method);

}  // namespace scrim
