// The random worlds of test_routes.cpp, many times over (label slow).
#include <doctest/doctest.h>

#include "route_checks.hpp"

using namespace scenarios;

TEST_CASE("routes, many: 4,000 random worlds and pairs") {
  const support::Tried tried = support::try_routes(Mesh(36, 72), 4000, 1);
  CHECK(tried.routes > 2800);
  support::check_all_right(tried);
}
