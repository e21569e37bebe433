// Running a study: its steps in order, those already done left as they are.
#pragma once

#include "study/plan.h"

namespace scrim {

/// Makes the cohort if one is asked for, runs the steps and writes report.html and the models' cards. A step
/// whose configuration and inputs have not changed since it was done is left; one that was interrupted goes
/// on; the folder of one whose inputs changed is kept under another name. Returns the report's path.
std::filesystem::path run_study(const Study& study, bool json);

}  // namespace scrim
