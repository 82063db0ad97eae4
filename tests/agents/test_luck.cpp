#include <doctest/doctest.h>

#include <set>
#include <string>

#include "agents/luck.hpp"

using namespace agents;

TEST_CASE("luck: a name's address depends on the name alone and is nobody's place") {
  static_assert(stable_id("RUS") == stable_id("RUS"));
  CHECK(stable_id("RUS") != stable_id("SUR"));
  CHECK(stable_id("") > 2);
  // Fixed for ever: another number here moves every draw of every result.
  CHECK(stable_id("RUS") == 0x036c3e34u);
  CHECK(stable_id("MNG") == 0xe8c8869du);
}

TEST_CASE("luck: every code of three letters has an address of its own") {
  std::set<std::uint32_t> seen;
  std::string code(3, 'A');
  for (code[0] = 'A'; code[0] <= 'Z'; ++code[0])
    for (code[1] = 'A'; code[1] <= 'Z'; ++code[1])
      for (code[2] = 'A'; code[2] <= 'Z'; ++code[2]) {
        const std::uint32_t id = stable_id(code);
        CHECK_UNARY(id > 2);
        seen.insert(id);
      }
  CHECK(seen.size() == 26 * 26 * 26);
}

TEST_CASE("luck: the numbers of occasions and words are part of every address") {
  CHECK(static_cast<int>(Occasion::opening) == 0);
  CHECK(static_cast<int>(Occasion::idea) == 1);
  CHECK(static_cast<int>(Occasion::standing) == 2);
  CHECK(static_cast<int>(Occasion::visit) == 3);
  CHECK(static_cast<int>(Occasion::diversion) == 4);
  CHECK(static_cast<int>(Occasion::resolve) == 5);
  CHECK(word::answer == 3);
  CHECK(word::days == 3);
  CHECK(word::arrest == 3);
  CHECK(word::divert == 3);
  CHECK(word::arrest_there == 1);
  CHECK(word::after_change == 1);
}
