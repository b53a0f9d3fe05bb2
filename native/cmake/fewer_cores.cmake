# An OpenBLAS for many processors brings kernels for each: 25 MB on x86-64. The names of cores that hardly anybody has,
# or whose kernels are another's, are led to a core that runs on them too, so that their kernels stay in the archive.
# Only what the archive has is led anywhere: names come and go with its version, and a build for one processor has none.
set(cores_led
  "PRESCOTT=CORE2 PENRYN DUNNINGTON ATOM NANO OPTERON_SSE3 BARCELONA BOBCAT"  # all have SSE3; OPTERON has not and stays
  "SANDYBRIDGE=BULLDOZER PILEDRIVER STEAMROLLER EXCAVATOR"                    # all have AVX
  "HASWELL=ZEN"
  "SKYLAKEX=COOPERLAKE")

function(lead_rare_cores target archive)
  execute_process(COMMAND ${CMAKE_NM} --defined-only --format=posix ${archive}
    OUTPUT_VARIABLE symbols ERROR_QUIET)
  string(REGEX MATCHALL "gotoblas_[A-Z][A-Z0-9_]* [BDR]" tables "${symbols}")
  string(REGEX REPLACE "gotoblas_([A-Z0-9_]*) [BDR]" "\\1" known "${tables}")
  foreach(line ${cores_led})
    string(REPLACE "=" ";" pair ${line})
    list(GET pair 0 to)
    list(GET pair 1 cores)
    string(REPLACE " " ";" cores ${cores})
    foreach(from ${cores})
      if(from IN_LIST known AND to IN_LIST known)
        target_link_options(${target} PRIVATE -Wl,--defsym=gotoblas_${from}=gotoblas_${to})
      endif()
    endforeach()
  endforeach()
endfunction()
