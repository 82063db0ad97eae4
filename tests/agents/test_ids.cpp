#include <doctest/doctest.h>

#include <type_traits>

#include "agents/ids.hpp"

using namespace agents;

template <class A, class B>
concept Comparable = requires(A a, B b) {
  a == b;
};

TEST_CASE("ids: a host is not a leader") {
  static_assert(Comparable<HostId, HostId>);
  static_assert(!Comparable<HostId, LeaderId>);
  static_assert(!std::is_convertible_v<HostId, LeaderId>);
  static_assert(!std::is_convertible_v<HostId, int>);
  CHECK(HostId{1} < HostId{2});
  CHECK(HostId{} == HostId{0});
}

TEST_CASE("ids: a span holds its first week and not its end") {
  const Span s{3, 5};
  CHECK_FALSE(s.holds(2));
  CHECK(s.holds(3));
  CHECK(s.holds(4));
  CHECK_FALSE(s.holds(5));
  CHECK_FALSE(Span{3, 3}.holds(3));
  CHECK(Span{}.holds(-1000));
  CHECK(Span{}.holds(0));
  CHECK(Span{}.holds(100000));
}
