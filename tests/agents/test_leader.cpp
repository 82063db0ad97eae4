#include <doctest/doctest.h>

#include <cmath>

#include "agents/leader.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;
using support::d;

namespace {
const Coefficients leaders_k = [] {
  Parameters p;
  p.sigma_u = 1, p.b_0 = 1, p.b_V = 2.5, p.b_al = 2;
  return Coefficients(p);
}();
}  // namespace

TEST_CASE("leader: five nodes average a logistic over what the leader does not know") {
  CHECK(expected_logistic(0.7f, 0.0f) == doctest::Approx(support::logistic(0.7)).epsilon(1e-6));
  for (const double x : {-6.0, -2.0, 0.0, 1.0, 4.0}) {
    double exact = 0;
    for (const auto& [z, w] : support::normal_nodes()) exact += w * support::logistic(x + z);
    CHECK(d(expected_logistic(static_cast<float>(x), 1.0f)) == doctest::Approx(exact).epsilon(2e-3));
  }
  CHECK(expected_logistic(-5.0f, 1.0f) > logistic(-5.0f));  // doubt makes a small danger larger
}

TEST_CASE("leader: a sounding moves the mean by the gain and shrinks the doubt") {
  const Belief<float> b{0.2f, 0.8f};
  const float M = 0.5f;
  const Belief<float> after = after_sounding(b, M, 1.5f, leaders_k);  // v = 0.8, sig_s = 1: gain 4/9
  CHECK(d(after.mean(M)) == doctest::Approx(0.6 + 4.0 / 9 * (1.5 - 0.6)).epsilon(1e-6));
  CHECK(d(after.share) == doctest::Approx(0.8 * 5 / 9).epsilon(1e-6));
}

TEST_CASE("leader: a sounding without noise leaves no doubt") {
  Parameters p;
  p.sig_s = 0;
  const Belief<float> after = after_sounding({0.2f, 0.8f}, 0.5f, 1.5f, Coefficients(p));
  CHECK(after.mean(0.5f) == 1.5f);
  CHECK(after.share == 0);
  p.sigma_u = 0;  // nothing to learn, and no 0/0
  CHECK(after_sounding({0.0f, 0.0f}, 0.0f, 0.0f, Coefficients(p)).mean(0) == 0);
}

TEST_CASE("leader: an outcome teaches by how much it surprises") {
  const Lesson<float> arrest = lesson<float>({0, 0.9f}, 1, 0.2f, leaders_k),
                      free = lesson<float>({0, 0.9f}, 0, 0.2f, leaders_k);
  const double v = 1 / (1 / 0.9 + 0.2 * 0.8);
  CHECK(d(arrest.share) == doctest::Approx(v).epsilon(1e-6));
  CHECK(d(arrest.step) == doctest::Approx(v * 0.8).epsilon(1e-6));
  CHECK(d(free.share) == doctest::Approx(v).epsilon(1e-6));
  CHECK(d(free.step) == doctest::Approx(-v * 0.2).epsilon(1e-6));
  const Lesson<float> certain = lesson<float>({0, 0}, 1, 0.2f, leaders_k);  // v = 0: nothing to learn, and no 1/0
  CHECK(certain.share == 0);
  CHECK(certain.step == 0);
}

TEST_CASE("leader: going is worth the occasion and the alliance, less the cost, the hours and the danger") {
  const Prospect<float> x{1.2f, 0.3f, 0.4f, 5, 2, 0.01f};
  CHECK(d(utility_of_going(x, 200.0f, leaders_k)) ==
        doctest::Approx(-1 + 2.5 * 1.2 + 2 * 0.3 + 0.5 * 0.4 * 1.2 - 0.1 * 5 - 200 * (0.01 + 1e-4 * 2)).epsilon(1e-5));
  CHECK(d(utility_of_delegating(1.2f, 0.3f, leaders_k)) ==
        doctest::Approx(0.4 * (2.5 * 1.2 + 2 * 0.3) - 0.5).epsilon(1e-6));
}

TEST_CASE("leader: the answers are a multinomial logit, also at the ends of the scale") {
  const AnswerChances<float> p = answer_chances(0.8f, -0.3f);
  const double total = std::exp(0.8) + std::exp(-0.3) + 1;
  CHECK(d(p.go) == doctest::Approx(std::exp(0.8) / total).epsilon(1e-6));
  CHECK(d(p.go_or_delegate) == doctest::Approx((std::exp(0.8) + std::exp(-0.3)) / total).epsilon(1e-6));
  CHECK(answer_chances(500.0f, 0.0f).go == 1);
  CHECK(answer_chances(-1e30f, 0.0f).go < 1e-37f);
  CHECK(d(answer_chances(-1e30f, 0.0f).go_or_delegate) == doctest::Approx(0.5));
}

TEST_CASE("leader: staying home weighs what was announced against delegating or nothing") {
  CHECK(d(p_stay_home(0.5f, 0.8f, leaders_k)) == doctest::Approx(1 - support::logistic(0.5 + 2 - 0.8)).epsilon(1e-6));
  CHECK(d(p_stay_home(0.5f, -0.8f, leaders_k)) == doctest::Approx(1 - support::logistic(0.5 + 2)).epsilon(1e-6));
  CHECK(p_stay_home(-1e30f, 0.0f, leaders_k) == 1);  // an infinite loss keeps the leader at home
}
