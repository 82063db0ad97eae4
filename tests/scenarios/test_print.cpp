#include <doctest/doctest.h>

#include "scenarios/load.hpp"
#include "scenarios/print.hpp"
#include "tests/scenarios/same_world.hpp"
#include "tests/scenarios/shipped.hpp"

using namespace scenarios;

namespace {

/// The line of a text that begins with `start`.
std::string line_of(const std::string& text, const std::string& start) {
  const std::size_t at = text.find('\n' + start);
  return at == text.npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}

}  // namespace

TEST_CASE("print: the resolved scenario loads to the same world") {
  std::vector<Scenario> scenarios;
  for (const auto& entry : std::filesystem::directory_iterator(house / "scenarios/cases"))
    if (entry.path().extension() == ".toml") scenarios.push_back(loader().load(entry.path()));
  scenarios.push_back(loader().load_text(everything, "everything.toml"));
  CHECK(scenarios.size() >= 7);
  for (const Scenario& s : scenarios) {
    CAPTURE(s.name);
    const Scenario again = loader().load_text(resolved(s), "again.toml");
    check_same_world(again.world, s.world);
    CHECK(again.run == s.run);
    CHECK(again.title == s.title);
    CHECK(again.start == s.start);
    CHECK(again.host_names == s.host_names);
    CHECK(again.leader_labels == s.leader_labels);
    CHECK(again.ngo_names == s.ngo_names);
    CHECK(again.event_labels == s.event_labels);
    CHECK(loader().load_text(resolved(again), "again.toml").world.shocks.size() == s.world.shocks.size());
  }
}

TEST_CASE("print: each value says where it is from") {
  const std::vector<std::string> sets = {"parameters.th_J=2"};
  const std::string text = resolved(
      loader().load_text("extends = \"no_warrant.toml\"\n[hosts.MNG]\ncivil_society = 0.5\n", "my.toml", sets));
  CHECK(line_of(text, "th_J = 2.0").ends_with("# logit, weight of judicial independence; --set"));
  CHECK(line_of(text, "th_nu = 0.85").ends_with("# logit, weight of the norm's strength; default"));
  CHECK(line_of(text, "civil_society = 0.5").ends_with("# C; from my.toml:3"));
  CHECK(line_of(text, "seed = 2025").find("; from dushanbe_2025.toml:") != std::string::npos);
  CHECK(line_of(text, "warrant = false").find("; from no_warrant.toml:") != std::string::npos);
  CHECK(line_of(text, "home = \"RUS\"").ends_with("; shipped"));
  CHECK(text.find(house.string()) == std::string::npos);
}
