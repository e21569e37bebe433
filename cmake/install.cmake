# `cmake --install BUILD --prefix PREFIX`: headers under include/scrim, static libraries, and a package file, so that another
# program says find_package(scrim) and links scrim::layers, scrim::methods, ... See docs/library.md.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(libraries ${ladder})
list(REMOVE_ITEM libraries study tools)
foreach(library ${libraries})
  set_target_properties(scrim_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS scrim_${library} EXPORT scrim_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
  install(DIRECTORY ${library} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/scrim COMPONENT library FILES_MATCHING PATTERN "*.h")
endforeach()
if(TARGET scrim_cuda)
  set_target_properties(scrim_cuda PROPERTIES EXPORT_NAME cuda)
  install(TARGETS scrim_cuda EXPORT scrim_targets COMPONENT library)
endif()
install(TARGETS scrim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/scrim)
install(EXPORT scrim_targets NAMESPACE scrim:: DESTINATION ${package} COMPONENT library)
configure_package_config_file(cmake/scrim-config.cmake.in scrim-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(scrim-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/scrim-config.cmake ${PROJECT_BINARY_DIR}/scrim-config-version.cmake
        DESTINATION ${package} COMPONENT library)
