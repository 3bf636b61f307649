# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where. The mappers are installed by hearth_add_mapper().
install(TARGETS hearth-host hearth-cloud hearthctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# kubectl finds its plugins by this name: `kubectl hearth set lamp power=ON`.
file(CREATE_LINK hearthctl ${CMAKE_BINARY_DIR}/kubectl-hearth SYMBOLIC)
install(FILES ${CMAKE_BINARY_DIR}/kubectl-hearth DESTINATION ${CMAKE_INSTALL_BINDIR})

install(FILES configs/host.yaml configs/cloud.yaml DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY configs/models configs/devices configs/crds DESTINATION ${CMAKE_INSTALL_DATADIR}/hearth)
# systemd looks in lib, never in a library folder of an architecture. The units in the tree are those of /usr.
foreach(part host cloud)
  file(READ configs/systemd/hearth-${part}.service unit)
  string(REPLACE /usr/bin/ ${CMAKE_INSTALL_FULL_BINDIR}/ unit "${unit}")
  file(WRITE ${CMAKE_BINARY_DIR}/systemd/hearth-${part}.service "${unit}")
endforeach()
install(DIRECTORY ${CMAKE_BINARY_DIR}/systemd/ DESTINATION lib/systemd/system)
