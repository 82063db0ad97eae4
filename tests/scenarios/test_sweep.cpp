#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "scenarios/sweep.hpp"
#include "scenarios/tables.hpp"
#include "tests/scenarios/shipped.hpp"

using namespace scenarios;
namespace fs = std::filesystem;

namespace {

/// A design in a file of its own, gone with the test.
class Design {
 public:
  explicit Design(const std::string& text, std::vector<std::string> sets = {}) {
    std::ofstream(folder_ / "d.toml") << text;
    try {
      design.emplace(folder_ / "d.toml", places, sets);
      design->check_cells();
    } catch (const ScenarioError& e) {
      error = e.what();
    }
  }
  std::optional<SweepDesign> design;
  std::string error;

 private:
  support::Folder folder_;
};

/// All that determines the numbers: without title and name.
std::map<std::string, std::string> world_of(const Scenario& scenario) {
  auto tables = export_tables(scenario);
  tables.erase("run.csv");
  return tables;
}

const std::string head = "extends = \"dushanbe_2025.toml\"\n[sweep]\n";
std::string factor(const std::string& text) { return "[[sweep.factors]]\n" + text + "\n"; }

}  // namespace

TEST_CASE("sweep: a grid has every level with every other, the last factor changing fastest") {
  Design d(head + factor("key = \"parameters.th_J\"\nvalues = [1, 2.5]") +
           factor("key = \"hosts.MNG.member\"\nvalues = [true, false]") +
           factor("key = \"parameters.kap_arrest\"\nlow = 4\nhigh = 8\nsteps = 3"));
  REQUIRE(d.error == "");
  REQUIRE(d.design->cells() == 12);
  CHECK(d.design->shape() == std::vector<std::size_t>{2, 2, 3});
  CHECK(d.design->levels_of(0) == std::vector<Level>{1.0, "true", 4.0});
  CHECK(d.design->levels_of(4) == std::vector<Level>{1.0, "false", 6.0});
  CHECK(d.design->levels_of(11) == std::vector<Level>{2.5, "false", 8.0});
  CHECK(d.design->factors()[0].name == "th_J");
  CHECK(d.design->factors()[1].name == "hosts_MNG_member");
}

TEST_CASE("sweep: a cell is the scenario that --set would have made") {
  Design d(head + factor("key = \"parameters.th_J\"\nvalues = [1, 2.5]") +
           factor("key = \"hosts.MNG.member\"\nvalues = [true, false]"));
  REQUIRE(d.error == "");
  const std::vector<std::string> sets = {"parameters.th_J=2.5", "hosts.MNG.member=false"};
  CHECK(world_of(d.design->scenario(3)) == world_of(load("dushanbe_2025", places, sets)));
}

TEST_CASE("sweep: a list puts the levels of its factors side by side") {
  Design d(head + "design = \"list\"\n" + factor("key = \"parameters.kap_arrest\"\nvalues = [5, 6, 7]") +
           factor("key = \"parameters.Lambda\"\nlow = 10\nhigh = 1000\nsteps = 3\nscale = \"log\""));
  REQUIRE(d.error == "");
  REQUIRE(d.design->cells() == 3);
  CHECK(std::get<double>(d.design->levels_of(1)[0]) == 6);
  CHECK(std::get<double>(d.design->levels_of(1)[1]) == doctest::Approx(100));
  CHECK(std::get<double>(d.design->levels_of(2)[1]) == 1000);
}

TEST_CASE("sweep: a star stands for every name, multiply starts from the scenario and stops at the range") {
  const Scenario base = load("dushanbe_2025", places);
  Design d(head + factor("key = \"ngos.*.budget\"\nop = \"multiply\"\nvalues = [0, 2]") +
           factor("key = \"hosts.MNG.judicial_independence\"\nop = \"add\"\nvalues = [0, 1]"));
  REQUIRE(d.error == "");
  CHECK(name(d.design->factors()[0].op) == "multiply");
  CHECK(name(d.design->factors()[1].op) == "add");
  const Scenario last = d.design->scenario(3);
  for (std::size_t n = 0; n < base.world.ngos.size(); ++n) CHECK(last.world.ngos[n].B == 2 * base.world.ngos[n].B);
  const auto mng =
      std::find_if(last.world.hosts.begin(), last.world.hosts.end(), [](auto& h) { return h.name == "MNG"; });
  CHECK(mng->J == 1);
  CHECK(world_of(d.design->scenario(2)).at("hosts.csv") == world_of(base).at("hosts.csv"));
}

TEST_CASE("sweep: an alternative changes several keys, or the whole scenario") {
  Design d(head +
           factor("name = \"world\"\nalternatives = [{name = \"as it is\"}, {name = \"two\", set = {parameters = "
                  "{th_J = 2, th_m = 3}}}, {name = \"none\", scenario = \"no_warrant.toml\"}]"));
  REQUIRE(d.error == "");
  REQUIRE(d.design->cells() == 3);
  CHECK(d.design->levels_of(2) == std::vector<Level>{"none"});
  CHECK(world_of(d.design->scenario(0)) == world_of(load("dushanbe_2025", places)));
  const std::vector<std::string> sets = {"parameters.th_J=2", "parameters.th_m=3"};
  CHECK(world_of(d.design->scenario(1)) == world_of(load("dushanbe_2025", places, sets)));
  CHECK(world_of(d.design->scenario(2)) == world_of(load("no_warrant", places)));
}

TEST_CASE("sweep: --set changes every cell, those of another scenario too") {
  Design d(head + factor("name = \"world\"\nalternatives = [{name = \"a\"}, {name = \"b\", scenario = "
                         "\"no_warrant.toml\"}]"),
           {"run.seed=77"});
  REQUIRE(d.error == "");
  CHECK(d.design->scenario(0).run.seed == 77);
  CHECK(d.design->scenario(1).run.seed == 77);
}

TEST_CASE("sweep: every mistake is named with its line in the design, before anything runs") {
  const auto error = [](const std::string& text) { return Design(head + text).error; };
  CHECK(error(factor("key = \"hosts.MNG.judicial_independence\"\nvalues = [0.1, 1.8]"))
            .find("d.toml:5:16: error: 'hosts.MNG.judicial_independence' must be between 0 and 1, got 1.8") !=
        std::string::npos);
  CHECK(error(factor("key = \"parameters.th_JJ\"\nvalues = [1]")).find("did you mean 'parameters.th_J'?") !=
        std::string::npos);
  CHECK(
      error("desing = \"grid\"\n" + factor("key = \"parameters.th_J\"\nvalues = [1]")).find("did you mean 'design'?") !=
      std::string::npos);
  CHECK(error(factor("key = \"parameters.th_J\"\nvalues = [1]\nvalue = 2")).find("unknown key 'sweep.factors.value'") !=
        std::string::npos);
  const std::string of_all = error(
      "design = \"gird\"\nsampels = 8\n" + factor("key = \"parameters.th_JJ\"\nvalues = [1]") +
      factor("key = \"parameters.th_J\"\nlow = 2\nhigh = 1") + factor("key = \"parameters.th_m\"\nlow = 0\nhigh = 1"));
  CHECK(of_all.find("did you mean 'grid'?") != std::string::npos);
  CHECK(of_all.find("did you mean 'samples'?") != std::string::npos);
  CHECK(of_all.find("did you mean 'parameters.th_J'?") != std::string::npos);
  CHECK(of_all.find("'low' must lie below 'high'") != std::string::npos);
  CHECK(of_all.find("steps") == std::string::npos);  // nobody knows whether it takes any
  CHECK(error("design = 3\n" + factor("key = \"parameters.th_m\"\nlow = 0\nhigh = 1")).find("steps") ==
        std::string::npos);
  CHECK(error("sampels = 8\n").find("needs at least one factor") != std::string::npos);
  const std::string both =
      error("design = \"gird\"\n" +
            factor("name = \"m\"\nalternatives = [{name = \"a\"}, {name = \"b\", scenario = \"../x.toml\"}]"));
  CHECK(both.find("did you mean 'grid'?") != std::string::npos);
  CHECK(both.find("leaves the folder") != std::string::npos);
  const std::string after =
      error(factor("key = \"parameters.th_JJ\"\nvalues = [1]") +
            factor("name = \"m\"\nalternatives = [{name = \"a\"}, {name = \"b\", scenario = \"../x.toml\"}]"));
  CHECK(after.find("did you mean 'parameters.th_J'?") != std::string::npos);
  CHECK(after.find("leaves the folder") != std::string::npos);
  std::string hundred = "design = \"gird\"\n";  // of which the first are told
  for (int i = 0; i < 100; ++i) hundred += "unknown_" + std::to_string(i) + " = 1\n";
  CHECK(error(hundred + factor("key = \"parameters.th_m\"\nlow = \"a\"\nhigh = 1")).find("unknown_50") !=
        std::string::npos);
  CHECK(error(factor("key = \"start\"\nvalues = [2025-01-01]")).find("is the same in every cell") != std::string::npos);
  CHECK(error("").find("needs at least one factor") != std::string::npos);
  CHECK(error(factor("key = \"parameters.th_J\"\nvalues = [1]") + factor("key = \"parameters.th_J\"\nvalues = [2]"))
            .find("two factors are called 'th_J'") != std::string::npos);
  const std::string th_J = factor("key = \"parameters.th_J\"\nvalues = [1, 2]");
  CHECK(error(th_J + factor("name = \"again\"\nkey = \"parameters.th_J\"\nvalues = [3]"))
            .find("d.toml:6:1: error: the factors 'th_J' and 'again' both set 'parameters.th_J'") != std::string::npos);
  CHECK(error(factor("key = \"hosts.MNG.member\"\nvalues = [true, false]") +
              factor("key = \"hosts.*.member\"\nvalues = [true, false]"))
            .find("so the first has no effect") != std::string::npos);
  CHECK(error(th_J + factor("name = \"m\"\nalternatives = [{name = \"a\"}, {name = \"b\", set.parameters.th_J = 3}]"))
            .find("the factor 'th_J' sets 'parameters.th_J' in every cell") != std::string::npos);
  CHECK(error(factor("key = \"parameters.th_J\"\nvalues = [1, 2, 1.0]"))
            .find("d.toml:5:17: error: the level 1.0 is given twice") != std::string::npos);
  CHECK(error(factor("key = \"parameters.th_J\"\nvalues = [1, nan]"))
            .find("d.toml:5:14: error: a level must be a number, got nan") != std::string::npos);
  CHECK(error("design = \"list\"\n" + factor("key = \"parameters.th_J\"\nvalues = [1, 1]")) == "");
  CHECK(error(factor("key = \"hosts.*.member\"\nvalues = [true, false]") +
              factor("key = \"hosts.MNG.member\"\nvalues = [true, false]")) == "");
  const std::vector<std::string> three = {"parameters.th_J=3"};
  CHECK(Design(head + th_J, three).error.find("--set:1:12: error: it has no effect: the factor 'th_J' sets") !=
        std::string::npos);
  CHECK(Design(head + factor("key = \"parameters.th_J\"\nop = \"multiply\"\nvalues = [1, 2]"), three).error == "");
  CHECK(error("design = \"list\"\n" + factor("key = \"parameters.th_J\"\nvalues = [1, 2]") +
              factor("key = \"parameters.th_m\"\nvalues = [2]"))
            .find("each needs as many levels as the first: 2, got 1") != std::string::npos);
  CHECK(error(factor("name = \"m\"\nalternatives = [{name = \"a\"}, {name = \"b\", set.hosts.MGN.member = false}]"))
            .find("did you mean 'MNG'?") != std::string::npos);
  CHECK(error(factor("name = \"m\"\nalternatives = [{name = \"a\"}, {name = \"b\", scenario = \"../x.toml\"}]"))
            .find("leaves the folder") != std::string::npos);
  CHECK(error(factor("key = \"ngos.*.budget\"\nop = \"multiply\"\nvalues = [\"x\"]")).find("take numbers") !=
        std::string::npos);
  CHECK(error(factor("key = \"events.*.cover\"\nop = \"set\"\nvalues = [0.5]")) == "");
  CHECK(error(factor("key = \"hosts.XYZ.civil_society\"\nop = \"add\"\nvalues = [0.5]")) != "");
  Design many(head + factor("key = \"parameters.th_J\"\nlow = 0\nhigh = 1\nsteps = 2000") +
              factor("key = \"parameters.th_m\"\nlow = 0\nhigh = 1\nsteps = 2000"));
  CHECK(many.error.find("more than 1000000 cells") != std::string::npos);
}

TEST_CASE("sweep: the example of the format page is a design") {
  std::ostringstream page;
  page << std::ifstream(house / "scenarios/FORMAT.md").rdbuf();
  std::string text = page.str().substr(page.str().find("## Sweeps"));
  text.erase(0, text.find("```toml\n") + 8);
  Design d(text.substr(0, text.find("```")));
  CHECK(d.error == "");
  CHECK(d.design->cells() == 48);
}
