// A number that remembers what it is made of. Put through the equations in place of a float it comes out with the value
// they give and the part that each input has in it, so that an explanation cannot drift from what it explains.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace agents {

/// The inputs that an index is made of. Features of a dyad come last, in the order of World::features.
enum class Term : std::uint8_t {
  constant,
  membership,
  judicial_independence,
  implementing_legislation,
  stance,
  norm,
  findings,
  pressure,
  western_pull,
  resolve,
  alliance_change,
  retaliation,
  cover,
  court_order,
  cut,
  value,
  alliance,
  isolation,
  distance,
  fear_of_arrest,
  fear_on_the_way,
  fear_of_refusal,
  commitment,
  alternatives,
  feature
};
inline constexpr std::size_t most_features = 16;
inline constexpr std::size_t term_count = static_cast<std::size_t>(Term::feature) + most_features;
using Terms = std::array<double, term_count>;

template <class Number>
class Traced {
 public:
  Traced() = default;
  explicit Traced(Number x) : value_(x) { terms_[0] = static_cast<double>(x); }
  /// All of x under one name.
  Traced(Number x, std::size_t term) : value_(x) { terms_[term] = static_cast<double>(x); }
  /// From the double of the tables to the float32 of the week.
  template <class Other>
  explicit Traced(const Traced<Other>& x) : value_(static_cast<Number>(x.value())), terms_(x.terms()) {}

  Number value() const { return value_; }
  /// They add up to the value, but for rounding; terms()[0] has no name.
  const Terms& terms() const { return terms_; }

  /// Gives what has no name yet one.
  Traced rest_named(Term term) const {
    Traced out = *this;
    out.terms_[static_cast<std::size_t>(term)] += out.terms_[0];
    out.terms_[0] = 0;
    return out;
  }
  /// Gives everything one name.
  Traced named(Term term) const { return {value_, static_cast<std::size_t>(term)}; }

  friend Traced operator+(const Traced& a, const Traced& b) { return sum(a, b, a.value_ + b.value_, 1); }
  friend Traced operator-(const Traced& a, const Traced& b) { return sum(a, b, a.value_ - b.value_, -1); }
  /// A product is divided as its first factor is; what has no name there, as the second is.
  friend Traced operator*(const Traced& a, const Traced& b) {
    Traced out;
    out.value_ = a.value_ * b.value_;
    for (std::size_t i = 0; i < term_count; ++i) {
      out.terms_[i] = a.terms_[0] * b.terms_[i];
      if (i > 0) out.terms_[i] += a.terms_[i] * static_cast<double>(b.value_);
    }
    return out;
  }

 private:
  static Traced sum(const Traced& a, const Traced& b, Number value, double sign) {
    Traced out;
    out.value_ = value;
    for (std::size_t i = 0; i < term_count; ++i) out.terms_[i] = a.terms_[i] + sign * b.terms_[i];
    return out;
  }

  Number value_ = 0;
  Terms terms_{};
};

}  // namespace agents
