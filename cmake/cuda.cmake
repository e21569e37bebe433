# The CUDA backend: SCRIM_CUDA builds it with nvcc, SCRIM_CUDA_EMULATED as plain C++ against the stand-in headers of
# tests/cuda_emulation, for machines without a GPU.
option(SCRIM_CUDA "Build the CUDA backend (needs CUDA 12 or 13 and cuDNN 9)" OFF)
option(SCRIM_CUDA_EMULATED "Build the CUDA backend on an emulated device, for tests" OFF)
set(SCRIM_CUDA_ARCHITECTURES "all" CACHE STRING
    "GPU architectures: \"all\" for 80, 86, 89, 90, 100, 120 and PTX, or one such as 90")

if(SCRIM_CUDA AND SCRIM_CUDA_EMULATED)
  message(FATAL_ERROR "SCRIM_CUDA and SCRIM_CUDA_EMULATED exclude each other")
endif()

if(SCRIM_CUDA)
  find_program(SCRIM_NVCC nvcc HINTS ${CUDAToolkit_ROOT} $ENV{CUDAToolkit_ROOT} $ENV{CUDA_PATH} $ENV{CUDA_HOME}
               PATHS /usr/local/cuda /opt/cuda PATH_SUFFIXES bin)
  if(NOT SCRIM_NVCC)
    message(FATAL_ERROR "The CUDA backend needs nvcc of CUDA 12 or 13, and none was found: install the CUDA toolkit, or "
                        "name its folder with -DCUDAToolkit_ROOT=...")
  endif()
  execute_process(COMMAND ${SCRIM_NVCC} --version OUTPUT_VARIABLE nvcc_says)
  string(REGEX MATCH "release ([0-9]+)\\.([0-9]+)" _ "${nvcc_says}")
  set(nvcc_version ${CMAKE_MATCH_1}.${CMAKE_MATCH_2})
  if(nvcc_version VERSION_LESS 12.0)
    message(FATAL_ERROR "${SCRIM_NVCC} is of CUDA ${nvcc_version}; the CUDA backend needs 12 or 13")
  endif()
  set(CMAKE_CUDA_COMPILER ${SCRIM_NVCC})
  if(SCRIM_CUDA_ARCHITECTURES STREQUAL "all")
    set(CMAKE_CUDA_ARCHITECTURES 80-real 86-real 89-real 90-real)
    if(nvcc_version VERSION_LESS 12.8)  # knows nothing newer; PTX serves the newer ones
      list(APPEND CMAKE_CUDA_ARCHITECTURES 90-virtual)
    else()
      list(APPEND CMAKE_CUDA_ARCHITECTURES 100-real 120)
    endif()
  else()
    set(CMAKE_CUDA_ARCHITECTURES ${SCRIM_CUDA_ARCHITECTURES})
  endif()
  set(CMAKE_CUDA_STANDARD 20)
  enable_language(CUDA)
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # a CMake older than this nvcc does not know that it speaks C++20
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
  endif()
  find_package(CUDAToolkit REQUIRED)

  set(cudnn_places HINTS ${CUDNN_ROOT} $ENV{CUDNN_ROOT} ${CUDAToolkit_LIBRARY_ROOT} ${CUDAToolkit_INCLUDE_DIRS}/..
                   PATHS /usr/local/cuda /usr)
  find_path(CUDNN_INCLUDE cudnn_version.h ${cudnn_places} PATH_SUFFIXES include include/x86_64-linux-gnu)
  find_library(CUDNN_LIBRARY cudnn ${cudnn_places} PATH_SUFFIXES lib64 lib lib/x86_64-linux-gnu)
  if(NOT CUDNN_INCLUDE OR NOT CUDNN_LIBRARY)
    message(FATAL_ERROR "The CUDA backend needs cuDNN 9, and none was found: install it, or name its folder with "
                        "-DCUDNN_ROOT=...")
  endif()
  file(GLOB cudnn_headers ${CUDNN_INCLUDE}/cudnn_version*.h)
  foreach(header ${cudnn_headers})
    file(STRINGS ${header} line REGEX "#define CUDNN_MAJOR +[0-9]+")
    if(line)
      string(REGEX REPLACE ".*CUDNN_MAJOR +([0-9]+).*" "\\1" cudnn_major "${line}")
    endif()
  endforeach()
  if(cudnn_major LESS 9)
    message(FATAL_ERROR "${CUDNN_INCLUDE} holds cuDNN ${cudnn_major}; the CUDA backend needs cuDNN 9")
  endif()
  message(STATUS "CUDA ${nvcc_version}, cuDNN ${cudnn_major}, architectures ${CMAKE_CUDA_ARCHITECTURES}")

  add_library(scrim_cuda INTERFACE)
  target_include_directories(scrim_cuda SYSTEM INTERFACE ${CUDNN_INCLUDE} ${CUDAToolkit_INCLUDE_DIRS})
  target_link_libraries(scrim_cuda INTERFACE CUDA::cudart_static CUDA::cublasLt ${CUDNN_LIBRARY})
elseif(SCRIM_CUDA_EMULATED)
  add_library(scrim_cuda INTERFACE)
  target_include_directories(scrim_cuda BEFORE INTERFACE ${PROJECT_SOURCE_DIR}/tests/cuda_emulation/include)
  target_link_libraries(scrim_cuda INTERFACE scrim_cuda_emulation)
endif()

# How kernels (.cu) are compiled.
function(set_kernel_options)
  if(SCRIM_CUDA_EMULATED)
    # Loads and stores go through tests/cuda_emulation/access_hooks.cpp.
    set_source_files_properties(${ARGN} PROPERTIES LANGUAGE CXX SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS
      "-xc++;-fsanitize=thread;--param=tsan-instrument-func-entry-exit=0;-Wno-tsan")
  else()
    # fmt 9 does not see that nvcc evaluates constants; the report names registers and spills of each kernel.
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS
      "--expt-relaxed-constexpr;--extended-lambda;-Werror=all-warnings;-DFMT_USE_CONSTEXPR=1;-DFMT_CONSTEVAL=;--resource-usage")
  endif()
endfunction()

# Adds the backend's part of a folder, host code and kernels, to its target.
function(add_cuda_sources target)
  target_compile_definitions(${target} PUBLIC SCRIM_WITH_CUDA)
  target_link_libraries(${target} PUBLIC scrim_cuda)
  target_sources(${target} PRIVATE ${ARGN})
  set(kernels ${ARGN})
  list(FILTER kernels INCLUDE REGEX "\\.cu$")
  set_kernel_options(${kernels})
endfunction()
