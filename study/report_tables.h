// The figures of a study's report as HTML: summary, trade-off, tables of privacy and utility, ROC plots.
#pragma once

#include "study/report_data.h"

namespace scrim {

std::string summary_html(const ReportData& data);
std::string trade_off_html(const ReportData& data);
std::string privacy_html(const ReportData& data);
std::string utility_html(const ReportData& data);
std::string roc_html(const ReportData& data);

}  // namespace scrim
