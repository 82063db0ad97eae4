// Every mistake gets its place, its words and, where there is one, a way out. The bad scenarios lie in
// tests/scenarios/bad, each beside the message it must bring; SAFECONDUCT_REWRITE=1 writes the messages anew, to be
// read before they are committed.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "scenarios/load.hpp"
#include "tests/scenarios/shipped.hpp"

using namespace scenarios;
namespace fs = std::filesystem;

namespace {

std::string without(std::string text, const std::string& part) {
  for (std::size_t at; (at = text.find(part)) != text.npos;) text.erase(at, part.size());
  return text;
}

/// The message that loading brings; empty if it succeeds.
template <class Load>
std::string message(Load load) {
  try {
    load();
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return {};
}

std::string message_of_text(std::string_view text, const std::vector<std::string>& sets = {}) {
  return message([&] { loader().load_text(text, "my.toml", sets); });
}

constexpr const char* good = "start = 2025-01-01\nweeks = 104\n[leaders.putin]\n";

/// A folder of scenarios that vanishes with the test.
struct ScenarioFolder : support::Folder {
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path() / name, std::ios::binary) << text;
  }
  std::string message_of(const std::string& name) const {
    return without(message([&] { loader().load(path() / name); }), path().string() + "/");
  }
};

}  // namespace

TEST_CASE("bad scenarios: each brings exactly its message") {
  const fs::path folder = house / "tests/scenarios/bad";
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  CHECK(files.size() >= 70);
  for (const fs::path& file : files) {
    CAPTURE(file.filename().string());
    const std::string said = without(message([&] { loader().load(file); }), folder.string() + "/");
    CHECK_FALSE(said.empty());
    const fs::path expected = fs::path(file).replace_extension(".txt");
    if (std::getenv("SAFECONDUCT_REWRITE")) std::ofstream(expected, std::ios::binary) << said;
    CHECK(said == text_of(expected));
  }
}

TEST_CASE("bad scenarios: an argument of --set goes through the same checks and is pointed into") {
  const auto said = [](const std::string& set) { return message_of_text(good, {set}); };
  CHECK(said("hosts.MNG.western_dependence=1.8") ==
        "--set:1:30: error: 'hosts.MNG.western_dependence' must be between 0 and 1, got 1.8\n"
        " 1 | hosts.MNG.western_dependence=1.8\n"
        "   |                              ^^^\n");
  CHECK(said("hosts.MNG.westren_dependence=0.8") ==
        "--set:1:11: error: unknown key 'hosts.MNG.westren_dependence'\n"
        " 1 | hosts.MNG.westren_dependence=0.8\n"
        "   |           ^^^^^^^^^^^^^^^^^^\n"
        "  help: did you mean 'western_dependence'?\n");
  CHECK(said("title=hello") ==
        "--set:1:7: error: not valid TOML: value: could not determine value type\n"
        " 1 | title=hello\n"
        "   |       ^\n"
        "  help: a text needs quotes: --set 'title=\"My run\"'\n");
  CHECK(said("run.seed=-1") ==
        "--set:1:10: error: 'run.seed' must be between 0 and 9223372036854775807, got -1\n"
        " 1 | run.seed=-1\n"
        "   |          ^^\n");
  const std::string expected = "  help: for example --set parameters.th_J=2\n";
  CHECK(said("") == "--set: error: expected KEY=VALUE, got ''\n" + expected);
  CHECK(said("=3") == "--set: error: expected KEY=VALUE, got '=3'\n" + expected);
  CHECK(said("run.seed") == "--set: error: expected KEY=VALUE, got 'run.seed'\n" + expected);
  CHECK(said("run.seed=1\nrun.replicates=2") ==
        "--set: error: expected KEY=VALUE, got 'run.seed=1 run.replicates=2'\n" + expected);
  CHECK(said("[run] seed=1").find("error: not valid TOML") != std::string::npos);
  CHECK(said("extends=\"dushanbe_2025.toml\"") ==
        "--set:1:1: error: 'extends' can only be given in a file\n"
        " 1 | extends=\"dushanbe_2025.toml\"\n"
        "   | ^^^^^^^\n");
  for (const char* value : {"nan", "inf", "-1", "1.8", "1e400", "99999999999999999999", "\"x\"", "true", "[]", "{}"}) {
    CAPTURE(value);
    CHECK(said(std::string("leaders.putin.sanctions=") + value).starts_with("--set:1:"));
  }
}

TEST_CASE("bad scenarios: what lies just beyond a limit is refused, what lies on it is not") {
  const auto refused = [](const std::string& text, const std::string& part) {
    CAPTURE(text);
    const std::string said = message_of_text(text);
    CAPTURE(said);
    CHECK(said.find(part) != said.npos);
  };
  const std::string leader = "[leaders.putin]\n", start = "start = 2025-01-01\n", ten = start + "weeks = 10\n";
  CHECK(message_of_text(start + "end = 2034-12-19\n" + leader) == "");
  refused(start + "end = 2034-12-20\n" + leader, "at most 520 weeks, got 521");
  refused("start = 2200-01-01\nweeks = 10\n" + leader, "from 1900 to 2199");
  const std::string member = ten + leader + "[hosts.MNG]\nmember = ";
  CHECK(message_of_text(member + "[{to = 2020-01-01}, {from = 2020-01-01}]\n") == "");
  refused(member + "[{to = 2020-01-02}, {from = 2020-01-01}]\n", "two periods overlap");
  refused(member + "[{from = 2020-01-01, to = 2020-01-01}]\n", "must lie after 'from'");
  const std::string stance = ten + leader + "[[stances]]\nvalue = 1\nhost = \"MNG\"\n";
  CHECK(message_of_text(stance) == "");
  refused(stance + "bloc = \"BRICS\"\n", "needs either 'host' or 'bloc'");
  refused(stance + "from = 2025-03-01\nto = 2025-02-01\n", "must lie after 'from'");
  const std::string shock = ten + leader + "[[shocks]]\ndate = 2025-01-15\ntarget = \"Pi\"\nvalue = -1.5\n";
  refused(shock, "between -1 and 1");
  CHECK(message_of_text(shock + "op = \"add\"\n") == "");  // what comes of it is cut to the range
  std::string leaders = ten, ngos = ten + leader;
  for (int i = 0; i < 65; ++i) leaders += "[leaders.l" + std::to_string(i) + "]\nhome = \"RUS\"\nwarrant = false\n";
  for (int i = 0; i < 101; ++i) ngos += "[ngos.n" + std::to_string(i) + "]\n";
  refused(leaders, "at most 64 leaders, got 65");
  refused(ngos, "at most 100 NGOs");
}

TEST_CASE("bad scenarios: what is not text is refused, and no control code reaches the terminal") {
  const std::string base = good;
  for (const std::string& text :
       {"title = \"\xff\"\n" + base, "title = \"\x1b[31mred\"\n" + base, "title = \"\\u001b[31mred\"\n" + base,
        "\xff\xfes\0t\0" + base, base + std::string("name = \"a\0b\"\n", 13),
        "# \xc2\x9b"
        "31m\ntitle = 3\n" +
            base,
        "title = \"a\\u202Eb\"\n" + base, "\"\\u001b[2J\" = 1\n" + base}) {
    const std::string said = message_of_text(text);
    CAPTURE(said);
    CHECK(said.starts_with("my.toml:"));
    for (char c : said) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
    CHECK(said.find("\xc2\x9b") == std::string::npos);
  }
  CHECK(message_of_text("title = \"\\u001b[31mred\"\n" + base) ==
        "my.toml:1:9: error: 'title' must not hold control characters\n"
        " 1 | title = \"\\u001b[31mred\"\n"
        "   |         ^^^^^^^^^^^^^^^\n");
}

TEST_CASE("bad scenarios: texts made to exhaust the reader are refused at once") {
  const auto begin = std::chrono::steady_clock::now();
  std::string dotted = "a", brackets = "title = " + std::string(100'000, '['),
              nested = "title = " + std::string(1000, '[');
  for (int i = 0; i < 100'000; ++i) dotted += ".a";
  CHECK(message_of_text(dotted + " = 1") == "my.toml:1:1: error: line longer than 2000 bytes\n");
  CHECK(message_of_text(brackets) == "my.toml:1:1: error: line longer than 2000 bytes\n");
  CHECK(message_of_text(nested).find("not valid TOML") != std::string::npos);
  CHECK(message_of_text("title = \xE2\x80\x9Cquoted by a word processor\xE2\x80\x9D\n").find("straight quotes") !=
        std::string::npos);
  CHECK(message_of_text(std::string(5u << 20, '\n')) ==
        "my.toml: error: larger than 1 MiB; a scenario is text written by people\n");
  std::string unknown = good;
  for (int i = 0; i < 20'000; ++i) unknown += "k" + std::to_string(i) + " = 1\n";
  const std::string said = message_of_text(unknown);
  CHECK(std::count(said.begin(), said.end(), '\n') == 401);
  CHECK(said.ends_with("my.toml: error: and 19900 more\n"));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));  // seconds under sanitizers, else a blink
}

TEST_CASE("bad scenarios: extends stays at home, comes to an end and says where it stops") {
  ScenarioFolder folder;
  fs::create_directories(folder / "inner");
  folder.write("a.toml", "extends = \"b.toml\"\n");
  folder.write("b.toml", "extends = \"c.toml\"\n");
  folder.write("c.toml", "extends = \"a.toml\"\n");
  CHECK(folder.message_of("a.toml") ==
        "c.toml:1:11: error: 'extends' goes round in a circle: a.toml -> b.toml -> c.toml -> a.toml\n"
        " 1 | extends = \"a.toml\"\n"
        "   |           ^^^^^^^^\n");

  for (int i = 1; i <= 17; ++i)
    folder.write("chain" + std::to_string(i) + ".toml",
                 i < 17 ? "extends = \"chain" + std::to_string(i + 1) + ".toml\"\n" : std::string(good));
  CHECK(folder.message_of("chain2.toml") == "");  // 16 files
  CHECK(folder.message_of("chain1.toml") ==
        "chain16.toml:1:11: error: 'extends' is more than 16 files deep\n"
        " 1 | extends = \"chain17.toml\"\n"
        "   |           ^^^^^^^^^^^^^^\n");

  folder.write("secret.toml", good);
  fs::create_symlink(folder / "secret.toml", folder / "inner/link.toml");
  folder.write("inner/out.toml", "extends = \"link.toml\"\n");
  CHECK(folder.message_of("inner/out.toml") ==
        "inner/out.toml:1:11: error: 'extends' leaves the folder of its file: 'link.toml'\n"
        " 1 | extends = \"link.toml\"\n"
        "   |           ^^^^^^^^^^^\n"
        "  help: copy that file beside this one\n");
  fs::create_symlink(folder / "nowhere", folder / "dangling.toml");
  folder.write("dangles.toml", "extends = \"dangling.toml\"\n");
  CHECK(folder.message_of("dangles.toml").find("'extends': 'dangling.toml' there is no such file") !=
        std::string::npos);

  fs::create_symlink("/dev/zero", folder / "device.toml");
  folder.write("endless.toml", "extends = \"device.toml\"\n");
  CHECK(folder.message_of("endless.toml").find("'extends' leaves the folder") != std::string::npos);
  CHECK(folder.message_of("device.toml") == "device.toml: error: is not a regular file\n");
  CHECK(folder.message_of("inner") == "inner: error: is a folder, not a scenario\n");
  CHECK(folder.message_of("nothing.toml").starts_with("nothing.toml: error: there is no such file\n"));
  CHECK(folder.message_of(std::string(300, 'x')).find("error: ") != std::string::npos);

  std::ofstream(folder / "huge.toml").put('x');
  fs::resize_file(folder / "huge.toml", 5'000'000'000);
  CHECK(folder.message_of("huge.toml") ==
        "huge.toml: error: larger than 1 MiB; a scenario is text written by people\n");
  folder.write("extends_huge.toml", "extends = \"huge.toml\"\n");
  CHECK(folder.message_of("extends_huge.toml").find("'extends': 'huge.toml' larger than 1 MiB") != std::string::npos);

  CHECK(message_of_text("extends = \"nothing.toml\"\n")
            .find("no 'nothing.toml' beside this file or among the shipped cases") != std::string::npos);
}

TEST_CASE("bad scenarios: a mistake in an extended file is told at its line there") {
  ScenarioFolder folder;
  folder.write("base.toml", std::string(good) + "sanctions = 3\n");
  folder.write("over.toml", "extends = \"base.toml\"\n[run]\nseed = -4\n");
  CHECK(folder.message_of("over.toml") ==
        "over.toml:3:8: error: 'run.seed' must be between 0 and 9223372036854775807, got -4\n"
        " 3 | seed = -4\n"
        "   |        ^^\n"
        "base.toml:4:13: error: 'leaders.putin.sanctions' must be between 0 and 1, got 3\n"
        " 4 | sanctions = 3\n"
        "   |             ^\n");
}

TEST_CASE("bad scenarios: names that would share their luck are refused") {
  const std::string hosts = std::string(good) + "[hosts.MNG]\nregion = ";
  CHECK(message_of_text(hosts + "\"ZAF\"\n") ==
        "my.toml:5:10: error: a region must not be called like a state, got 'ZAF'\n"
        " 5 | region = \"ZAF\"\n"
        "   |          ^^^^^\n");
  // The 32-bit id of this name is that of a state's code: found by trying.
  const std::string said = message_of_text(hosts + "\"region 30986125\"\n");
  CAPTURE(said);
  CHECK(said.starts_with("my.toml: error: places '"));
  CHECK(said.find("'region region 30986125' would share one address in the luck") != std::string::npos);
}
