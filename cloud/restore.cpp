// SPDX-License-Identifier: Apache-2.0
#include "cloud/restore.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "cloud/api/store/object_store.hpp"
#include "cloud/backup.hpp"
#include "cloud/kube/kube_client.hpp"
#include "cloud/kube/status.hpp"
#include "cloud/pki.hpp"
#include "cloud/private_file.hpp"
#include "sdk/net/http_client.hpp"

namespace hearth::cloud {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// A hundred thousand objects take it some seconds.
constexpr std::chrono::minutes kLongestRestore{10};

void tell_replaced(const fs::path& place, std::ostream& out) {
  std::error_code error;
  if (fs::exists(place, error)) out << "What was there before is in " << place.string() << '\n';
}

/// Nobody else has the files open.
Result<void> restore_files(const CloudOptions& options, const api::Backup& backup, std::ostream& out) {
  const auto place = place_for_replaced(options.data_dir);
  asio::io_context io;
  api::ObjectStore store(io.get_executor(), database_of(options.data_dir));
  if (const auto opened = store.open(); !opened) return opened;
  api::Restored restored;
  const auto done = store.write_at_start(
      [&](api::Transaction& transaction) -> api::Answer<api::ObjectPtr> {
        restored = api::restore_state(transaction, backup.state);
        return api::ObjectPtr();
      },
      keep_at(options.data_dir, place));
  if (!done) return unavailable("RestoreFailed", done.error().message());
  const auto ca = put_ca(options.data_dir, backup.files);
  if (!ca) return ca.error();
  out << describe(restored) << '\n';
  if (*ca) out << "The backup's CA is in its place again: certificates that it has signed are good\n";
  tell_replaced(place, out);
  return {};
}

/// The running cloud goes on with the CA it has: its links and listeners stand on it.
Result<void> check_same_ca(const CloudOptions& options, const api::Backup& backup) {
  const auto other = is_other_ca(options.data_dir, backup.files);
  if (!other) return other.error();
  if (!*other || options.objects_only) return {};
  return invalid(
      "OtherCa",
      "the backup has another CA than the cloud that is running: stop hearth-cloud and restore again, or "
      "give --objects-only to keep the CA that is there");
}

asio::awaitable<Result<net::HttpResponse>> post(net::HttpClient* client, std::string path) {
  net::HttpRequest request;
  request.method = "POST";
  request.target = std::move(path);
  auto response = co_await client->request(std::move(request));
  co_return response;
}

Result<net::HttpResponse> ask_running_cloud(const fs::path& data_dir) {
  const auto access = kube::load_kubeconfig(data_dir / "kubeconfig");
  if (!access) return access.error();
  const auto tls = net::make_client_tls({access->ca_pem, access->identity});
  if (!tls) return tls.error();
  asio::io_context io;
  net::HttpClient client(io.get_executor(), access->server, *tls, {kLongestRestore});
  Result<net::HttpResponse> answer = unavailable("NoAnswer", "there was no answer");
  asio::co_spawn(io, post(&client, kRestorePath),
                 [&](std::exception_ptr failed, Result<net::HttpResponse> response) {
                   if (!failed) answer = std::move(response);
                 });
  io.run();
  if (!answer) return answer.error().within("hearth-cloud is running, but its API does not answer");
  return answer;
}

/// What is handed over is ours alone, and gone afterwards.
class HandedOver {
 public:
  HandedOver(fs::path place, const api::Backup& backup)
      : place_(std::move(place)), written_(api::write_backup(place_, backup)) {}
  ~HandedOver() {
    std::error_code ignored;
    fs::remove(place_, ignored);
  }
  HandedOver(const HandedOver&) = delete;
  HandedOver& operator=(const HandedOver&) = delete;
  const Result<void>& written() const { return written_; }

 private:
  fs::path place_;
  Result<void> written_;
};

Result<void> restore_running(const CloudOptions& options, const api::Backup& backup, std::ostream& out) {
  if (const auto same = check_same_ca(options, backup); !same) return same;
  const auto alone = FileLock::attempt(options.data_dir / "restore.lock");
  if (!alone) return alone.error().within("another restore is under way");
  const HandedOver file(handed_over(options.data_dir), backup);
  if (!file.written()) return file.written().error();
  const auto answer = ask_running_cloud(options.data_dir);
  if (!answer) return answer.error();
  if (answer->status != 200) return kube::status_error(answer->status, answer->body);
  out << answer->body;
  return {};
}

}  // namespace

fs::path handed_over(const fs::path& data_dir) {
  return data_dir / "restore.backup";
}

std::string describe(const api::Restored& restored) {
  return fmt::format(
      "{} objects are as in the backup: {} were added, {} changed, {} that it does not hold removed",
      restored.objects, restored.added, restored.changed, restored.removed);
}

Result<void> restore(const CloudOptions& options, const fs::path& file, std::ostream& out) {
  auto backup = api::read_backup(file);
  if (!backup) return backup.error();
  std::error_code error;
  fs::create_directories(options.data_dir, error);
  const auto alone = FileLock::attempt(options.data_dir / "cloud.lock");
  if (!alone && alone.error().code != "Locked") return alone.error();
  if (!alone) return restore_running(options, *backup, out);
  if (options.objects_only) backup->files.clear();
  return restore_files(options, *backup, out);
}

}  // namespace hearth::cloud
