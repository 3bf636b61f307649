// SPDX-License-Identifier: Apache-2.0
#include "cloud/restore_page.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cloud/api/response.hpp"
#include "cloud/backup.hpp"
#include "cloud/restore.hpp"

namespace hearth::cloud {
namespace {

namespace asio = boost::asio;
using BackupPtr = std::shared_ptr<api::Backup>;

asio::awaitable<Result<BackupPtr>> read(std::filesystem::path file) {
  auto backup = api::read_backup(file);
  if (!backup) co_return backup.error();
  co_return std::make_shared<api::Backup>(std::move(*backup));
}

net::HttpResponse refusal(const Error& error) {
  const bool theirs = error.cls == ErrorClass::invalid;
  return api::to_http(
      api::status_response(theirs ? api::bad_request(error.text) : api::internal_status(error.text)));
}

asio::awaitable<Result<std::string>> restore_from(api::ApiServer* server, std::filesystem::path data_dir) {
  asio::thread_pool thread(1);
  auto reading = read(handed_over(data_dir));
  auto backup = co_await asio::co_spawn(thread, std::move(reading), asio::use_awaitable);
  if (!backup) co_return backup.error();
  const auto place = place_for_replaced(data_dir);
  auto keep = keep_at(data_dir, place);
  auto restored = co_await server->restore(std::move((*backup)->state), std::move(keep));
  if (!restored) co_return restored.error();
  spdlog::warn("cloud: restored from a backup of {}; what was there before is in {}", (*backup)->made_at,
               place.string());
  co_return fmt::format("{}\nWhat was there before is in {}\n", describe(*restored), place.string());
}

}  // namespace

asio::awaitable<void> serve_restore(api::ApiServer* server, std::filesystem::path data_dir,
                                    std::function<void()> restored, net::ResponseWriter* writer) {
  auto done = co_await restore_from(server, std::move(data_dir));
  net::HttpResponse response;
  if (done) {
    restored();
    response = net::HttpResponse{200, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(*done)};
  } else {
    response = refusal(done.error());
  }
  co_await writer->send(std::move(response));
}

}  // namespace hearth::cloud
