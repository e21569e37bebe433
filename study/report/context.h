// The part of a study's report that says what it does not show, and where an assessor finds what he asks for.
#pragma once

#include <string>

namespace scrim {

/// What was not tried, the sections of ISO/IEC 27559, and the questions of a motivated-intruder test, with links into the page.
std::string context_html();

}  // namespace scrim
