# SPDX-License-Identifier: GPL-2.0-or-later
#
# cmake --build build --target uninstall: removes what the last cmake --install of this build folder put somewhere, and
# the folders that are empty then, up to those that were not made for it. What somebody else put there stays.

cmake_minimum_required(VERSION 3.18)

set(manifest ${BUILD_FOLDER}/install_manifest.txt)
if(NOT EXISTS ${manifest})
    message(FATAL_ERROR "Nothing was installed from ${BUILD_FOLDER}: ${manifest} is not there.")
endif()
file(STRINGS ${manifest} files)
foreach(file IN LISTS files)
    if(EXISTS "$ENV{DESTDIR}${file}" OR IS_SYMLINK "$ENV{DESTDIR}${file}")
        message(STATUS "Removing $ENV{DESTDIR}${file}")
        file(REMOVE "$ENV{DESTDIR}${file}")
    endif()
    get_filename_component(folder "$ENV{DESTDIR}${file}" DIRECTORY)
    list(APPEND folders "${folder}")
endforeach()
list(REMOVE_DUPLICATES folders)
foreach(folder IN LISTS folders)
    get_filename_component(name "${folder}" NAME)
    if(NOT name MATCHES "^(wiretruth|Wire Truth)$") # made for it alone
        continue()
    endif()
    file(GLOB left "${folder}/*" "${folder}/.*")
    if(NOT left)
        file(REMOVE_RECURSE "${folder}")
    endif()
endforeach()
file(REMOVE ${manifest})
