# Headers that nearly every file includes are read once: a fifth less to compile. The standalone and the reference build read
# them with every file, which shows an include that a file forgot.
if(SCRIM_STANDALONE OR SCRIM_REFERENCE_ONLY)
  return()
endif()
target_precompile_headers(
  scrim_base PRIVATE <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <span> <string>
  <string_view> <vector> <fmt/format.h>)
foreach(folder tensor kernels autograd layers models data measures films methods training sharing evaluation)
  target_precompile_headers(scrim_${folder} REUSE_FROM scrim_base)
endforeach()
