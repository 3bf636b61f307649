# SPDX-License-Identifier: Apache-2.0
# cmake -DOUT=file.cpp -DFILES=a;b -P embed_texts.cmake: the files' texts as hearth::device::crd_documents().
set(literals "")
foreach(file ${FILES})
  file(READ ${file} text)
  # A string literal may be at most 64 KiB long; the pieces are joined by the compiler.
  string(LENGTH "${text}" length)
  set(pieces "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 12000 piece)
    string(APPEND pieces "R\"~~(${piece})~~\"\n")
    math(EXPR at "${at} + 12000")
  endwhile()
  string(APPEND literals "${pieces},\n")
endforeach()
file(WRITE ${OUT}.new "#include \"sdk/device/crd_documents.hpp\"
namespace hearth::device {
std::vector<std::string_view> crd_documents() { return {${literals}}; }
}  // namespace hearth::device
")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
