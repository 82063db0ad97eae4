#include "sim/cli/route_shelf.hpp"

#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>

#include "sim/output/whole_file.hpp"

namespace cli {

namespace fs = std::filesystem;

std::optional<std::string> RouteShelf::find(const std::string& name) {
  if (folder_.empty()) return {};
  std::ifstream file(folder_ / name, std::ios::binary);
  if (!file) return {};
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void RouteShelf::keep(const std::string& name, const std::string& text) {
  if (folder_.empty()) return;
  try {
    fs::create_directories(folder_);
    sim::write_whole(folder_ / name, text);
  } catch (const std::exception&) {  // it will be worked out again
  }
}

void RouteShelf::working_on(const std::string& leader, std::size_t done, std::size_t periods) {
  if (done == 0) progress_.emplace("periods, flights of " + leader, static_cast<std::int64_t>(periods));
  if (progress_) progress_->at(static_cast<std::int64_t>(done));
  if (done == periods) progress_.reset();
}

fs::path cache_folder() {
  if (const char* given = std::getenv("SAFECONDUCT_CACHE")) return given;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && fs::path(xdg).is_absolute())
    return fs::path(xdg) / "safeconduct";
  if (const char* home = std::getenv("HOME"); home && fs::path(home).is_absolute())
    return fs::path(home) / ".cache" / "safeconduct";
  return {};
}

}  // namespace cli
