#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "scenarios/airspace.hpp"
#include "scenarios/routes.hpp"
#include "tests/scenarios/shipped.hpp"

using namespace scenarios;

namespace {

std::string owner(double lat, double lon) {
  static const Mesh mesh(Airspace::rows, Airspace::columns);
  const auto at = airspace().owner[mesh.cell_of({lat, lon})];
  return at == Airspace::nobody ? "" : airspace().states[static_cast<std::size_t>(at)];
}

}  // namespace

TEST_CASE("airspace: the grid knows whose land lies below") {
  CHECK(owner(55.75, 37.6) == "RUS");
  CHECK(owner(48.0, 67.0) == "KAZ");
  CHECK(owner(0, -30) == "");
  CHECK(owner(-85, 0) == "");         // Antarctica answers to nobody
  CHECK(owner(72, -40) == "DNK");     // Greenland
  CHECK(owner(45.2, 34.2) == "UKR");  // Crimea
  CHECK(owner(31.767, 35.233) == "ISR");
  CHECK(owner(90, 180) == "");
  CHECK(owner(-90, -180) == "");
  CHECK(owner(66.2, 179.75) == owner(66.2, -180.25));  // round the antimeridian
}

TEST_CASE("airspace: a grid that is not whole is refused with its line") {
  const auto complaint = [](const std::string& file, auto change) {
    const support::Folder own;
    const std::filesystem::path folder = own / "world";
    std::filesystem::create_directory(folder);
    for (const char* name : {"airspace.csv", "airspace_codes.csv"})
      std::filesystem::copy_file(world_folder / name, folder / name);
    std::string text = text_of(folder / file);
    change(text);
    std::ofstream(folder / file) << text;
    try {
      read_airspace(folder);
    } catch (const TableError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  const auto says = [](const std::string& said, const char* part) {
    CAPTURE(said);
    CHECK(said.find(part) != said.npos);
  };
  const auto last_line = [](const std::string& text) { return text.rfind('\n', text.size() - 2) + 1; };
  CHECK(complaint("airspace.csv", [](std::string&) {}) == "none");
  says(complaint("airspace.csv", [&](std::string& text) { text.resize(last_line(text)); }), "359 rows instead of 360");
  says(complaint("airspace.csv", [](std::string& text) { text.replace(text.find("-:720"), 5, "-:719"); }),
       "719 cells instead of 720");
  says(complaint("airspace_codes.csv", [&](std::string& text) { text += text.substr(last_line(text)); }),
       "listed twice");
}
