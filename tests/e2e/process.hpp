// SPDX-License-Identifier: Apache-2.0
// Programs under test: started with their output in files, ended with the test, never left behind.
// Thread: the test's.   Errors: a program that cannot be started throws.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/temp_folder.hpp"

namespace hearth::e2e {

using Arguments = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

/// A program that runs beside the test. Gets SIGKILL if the test's process dies.
class Process {
 public:
  /// Standard output and error go to `log`, behind what is there.
  Process(const std::filesystem::path& program, const Arguments& arguments, std::filesystem::path log,
          const Environment& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  bool running();
  int pid() const;
  /// SIGTERM, and its exit status; SIGKILL after ten seconds, and -1.
  int stop();
  /// SIGKILL: what a power cut does.
  void kill();
  /// Waits for it to end by itself.
  int wait();
  /// What it has printed so far.
  std::string output() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
  std::filesystem::path log_;
};

struct Finished {
  int status = -1;
  std::string out;
  std::string err;
};

/// Runs a program to its end. `input` is its standard input.
Finished run(const std::filesystem::path& program, const Arguments& arguments,
             const Environment& environment = {}, const std::string& input = "");

/// The program of that name on PATH or in the usual sbin folders; throws if there is none.
std::filesystem::path find_program(const std::string& name);

/// A port of loopback on which nobody listens now.
int free_port();

using test::TempFolder;

std::string read_text(const std::filesystem::path& file);

}  // namespace hearth::e2e
