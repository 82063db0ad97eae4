#include "sim/output/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace sim {
namespace {

void must(int done) {
  if (done != 1) throw std::runtime_error("SHA-256 is not to be had from OpenSSL here");
}

}  // namespace

Sha256::Sha256() : state_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  must(state_ ? 1 : 0);
  must(EVP_DigestInit_ex(state_.get(), EVP_sha256(), nullptr));
}

Sha256& Sha256::add(std::span<const std::byte> bytes) {
  must(EVP_DigestUpdate(state_.get(), bytes.data(), bytes.size()));
  return *this;
}

std::string Sha256::digest() {
  std::array<unsigned char, 32> sum{};
  must(EVP_DigestFinal_ex(state_.get(), sum.data(), nullptr));
  std::string text;
  for (const unsigned char byte : sum)
    for (const int half : {byte >> 4, byte & 15}) text += "0123456789abcdef"[half];
  return text;
}

}  // namespace sim
