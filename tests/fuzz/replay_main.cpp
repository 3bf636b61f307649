// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target without a fuzzer: the files of its corpus as they are, then mutations of them, the same ones at
// every run. usage: hearth_fuzz_replay TARGET FOLDER|FILE   (a FILE is run alone: to look at a crash)
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/mutator.hpp"

#define HEARTH_FUZZ_TARGET(name) extern "C" int fuzz_##name(const std::uint8_t*, std::size_t);
#include "targets.inc"
#undef HEARTH_FUZZ_TARGET

extern "C" void __sanitizer_set_death_callback(void (*)()) __attribute__((weak));

namespace {

using namespace hearth::fuzz;
namespace fs = std::filesystem;

constexpr std::size_t kMutations = 5000;
constexpr std::chrono::seconds kTime{2};
/// One input that takes longer than this is a hang.
constexpr unsigned kInputSeconds = 10;

using Target = int (*)(const std::uint8_t*, std::size_t);
struct Entry {
  std::string_view name;
  Target run;
};

constexpr Entry kTargets[] = {
#define HEARTH_FUZZ_TARGET(name) {#name, &fuzz_##name},
#include "targets.inc"
#undef HEARTH_FUZZ_TARGET
};

/// A signal handler reaches nothing but globals: the input under way, and the file to keep it in.
struct UnderWay {
  const char* data = nullptr;
  std::size_t size = 0;
  char file[128] = {};
} g_under_way;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): see above

void keep_input() {
  const int file = open(g_under_way.file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return;
  const auto written = write(file, g_under_way.data, g_under_way.size);
  close(file);
  constexpr std::string_view kNote = "the input is kept in ";
  if (written < 0 || write(STDERR_FILENO, kNote.data(), kNote.size()) < 0) return;
  if (write(STDERR_FILENO, g_under_way.file, std::char_traits<char>::length(g_under_way.file)) < 0) return;
  if (write(STDERR_FILENO, "\n", 1) < 0) return;
}

void on_signal(int number) {
  keep_input();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void keep_inputs_that_crash(std::string_view target) {
  const auto file = "crash-" + std::string(target);
  file.copy(g_under_way.file, sizeof g_under_way.file - 1);
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM})
    std::signal(number, on_signal);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_input);
}

void run(Target target, const std::string& input) {
  g_under_way.data = input.data();
  g_under_way.size = input.size();
  alarm(kInputSeconds);
  // A copy of exactly this size, so that a sanitizer sees the first byte read behind it.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  target(bytes.data(), bytes.size());
  alarm(0);
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> read_corpus(const fs::path& place) {
  if (fs::is_regular_file(place)) return {read(place)};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(place))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds;
  std::transform(files.begin(), files.end(), std::back_inserter(seeds), read);
  return seeds;
}

int replay(const Entry& entry, const fs::path& place) {
  const auto seeds = read_corpus(place);
  if (seeds.empty()) {
    std::cerr << place << " holds no inputs\n";
    return 2;
  }
  keep_inputs_that_crash(entry.name);
  for (const auto& seed : seeds)
    run(entry.run, seed);
  if (fs::is_regular_file(place)) return 0;

  Mutator mutator(seeds);
  const auto end = std::chrono::steady_clock::now() + kTime;
  std::size_t done = 0;
  while (done < kMutations && std::chrono::steady_clock::now() < end) {
    run(entry.run, mutator.next());
    ++done;
  }
  std::cout << entry.name << ": " << seeds.size() << " seeds, " << done << " mutations\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto wanted = argc == 3 ? std::string_view(argv[1]) : std::string_view();
  const auto* found = std::find_if(std::begin(kTargets), std::end(kTargets),
                                   [wanted](const Entry& entry) { return entry.name == wanted; });
  if (found == std::end(kTargets)) {
    std::cerr << "usage: hearth_fuzz_replay TARGET FOLDER|FILE; targets:\n";
    for (const auto& entry : kTargets)
      std::cerr << "  " << entry.name << "\n";
    return 2;
  }
  return replay(*found, argv[2]);
}
