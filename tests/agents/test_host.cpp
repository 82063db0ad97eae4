#include <doctest/doctest.h>

#include <cmath>

#include "agents/host.hpp"
#include "tests/support/statistics.hpp"

using namespace agents;

namespace {
const Coefficients k = [] {
  Parameters p;
  p.th_nu = 1.5, p.th_p = 1.5, p.th_a = 7;
  return Coefficients(p);
}();
}

TEST_CASE("host: the compliance index adds duty, pressure and resolve, and takes off alliance and cover") {
  const Motives<float> m{1.5f, 1, 1.2f, 0.5f, 0.4f, -0.3f, 0.1f, 0.6f};
  CHECK(compliance_index(m, k) ==
        doctest::Approx(1.5 + (1.5 * 1.2 + 0.3 * 0.5) + 1.5 * 0.4 - 0.3 - 7 * 0.1 - 2.5 * 0.6).epsilon(1e-6));
  Motives<float> free = m;
  free.duty = 0;
  CHECK(compliance_index(free, k) == doctest::Approx(1.5 + 1.5 * 0.4 - 0.3 - 7 * 0.1 - 2.5 * 0.6).epsilon(1e-6));
}

TEST_CASE("host: an order weighs twice as much for an arrest as for a refusal") {
  CHECK(refusal_logit(1.0f, 0.0f, k) == doctest::Approx(1 - 2.5));
  CHECK(refusal_logit(1.0f, 1.0f, k) == doctest::Approx(1 + 0.75 - 2.5));
  CHECK(arrest_logit(1.0f, 0.0f, k) == doctest::Approx(1 - 6.5));
  CHECK(arrest_logit(1.0f, 1.0f, k) == doctest::Approx(1 + 1.5 - 6.5));
}

TEST_CASE("host: weekly chances of withdrawing add up to the whole over the lead") {
  for (const float p : {0.0f, 1e-7f, 0.01f, 0.3f, 0.9f, 0.999f})
    for (const int lead : {1, 2, 5, 12, 40}) {
      const double weekly = static_cast<double>(weekly_withdrawal(p, static_cast<float>(lead)));
      CHECK(1 - std::pow(1 - weekly, lead) == doctest::Approx(static_cast<double>(p)).epsilon(2e-6));
    }
  CHECK(weekly_withdrawal(1.0f, 1.0f) == 1);  // exactly p where one week is left
  CHECK(weekly_withdrawal(0.3f, 1.0f) == 0.3f);
  CHECK(weekly_withdrawal(1.0f, 4.0f) < 1);
  CHECK(weekly_withdrawal(1.0f, 4.0f) > 0.98f);
}

TEST_CASE("host: changes of the norm never leave (0, 2)") {
  CHECK(nudge_norm(1.0f, 0.1f) == doctest::Approx(1.1));
  CHECK(nudge_norm(1.6f, 0.1f) == doctest::Approx(1.6 + 0.1 * 0.4));
  CHECK(nudge_norm(0.5f, -0.1f) == doctest::Approx(0.5 - 0.1 * 0.5));
  float up = 1, down = 1;
  for (int i = 0; i < 1000; ++i) up = nudge_norm(up, 0.5f), down = nudge_norm(down, -0.5f);
  CHECK(up <= 2);
  CHECK(down >= 0);
}
