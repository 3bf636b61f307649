// SPDX-License-Identifier: Apache-2.0
// A file with a note and no descriptor.
extern "C" int not_the_descriptor() {
  return 0;
}
