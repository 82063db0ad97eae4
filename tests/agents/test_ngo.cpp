#include <doctest/doctest.h>

#include <cmath>

#include "agents/ngo.hpp"

using namespace agents;

TEST_CASE("ngo: salience grows with value and company and stays below 1") {
  CHECK(salience(1.0f, 2.0f) == doctest::Approx(1 - std::exp(-0.6)).epsilon(1e-6));
  CHECK(salience(0.0f, 0.0f) == 0);
  CHECK(salience(3.0f, 40.0f) < 1);
}

TEST_CASE("ngo: a taste for winnable fights favours hosts in doubt") {
  CHECK(campaign_score(0.5f, 0.4f, 0.5f, 1.0f) == doctest::Approx(0.2));
  CHECK(campaign_score(0.5f, 0.4f, 0.0f, 1.0f) == 0);
  CHECK(campaign_score(0.5f, 0.4f, 0.0f, 0.0f) == doctest::Approx(0.2));
  CHECK(campaign_score(0.5f, 0.4f, 0.1f, 0.25f) == doctest::Approx(0.5 * 0.4 * (0.25 * 4 * 0.1 * 0.9 + 0.75)));
}

TEST_CASE("ngo: effort raises pressure towards 1, and more where civil society is strong") {
  const Coefficients k{Parameters{}};
  CHECK(raised_pressure(0.2f, 0.6f, 1.5f, k) ==
        doctest::Approx(0.2 + 0.5 * 0.6 * 0.8 * (1 - std::exp(-1.5))).epsilon(1e-6));
  CHECK(raised_pressure(0.2f, 0.6f, 0.0f, k) == 0.2f);
  CHECK(raised_pressure(0.2f, 0.0f, 5.0f, k) == 0.2f);
  float p = 0;
  for (int i = 0; i < 200; ++i) p = raised_pressure(p, 1.0f, 50.0f, k);
  CHECK(p <= 1);
}
