#include "base/host_name.h"

#include <gtest/gtest.h>

#include <string>

namespace ff {
namespace {

TEST(HostAndPort, AcceptsNamesAndAddressesThatAHeaderMayCarry) {
  for (const std::string text : {"cdn.example.com", "CDN-1.example.com:8443", "192.0.2.7", "localhost",
                                 "localhost:8080", "xn--bcher-kva.example"}) {
    EXPECT_TRUE(is_host_and_port(text)) << text;
  }
}

TEST(HostAndPort, RefusesWhatIsNoHost) {
  for (const std::string text :
       {"", ":80", "cdn", "a..example", ".example", "cdn.example.", "-a.example", "a-.example", "a b.example",
        "a.example:", "a.example:0", "a.example:65536", "a.example:80:80", "user@a.example", "[::1]",
        ("b\xC3\xBC"
         "cher.example"),
        "a_b.example", "a.example;", "*.example"}) {
    EXPECT_FALSE(is_host_and_port(text)) << text;
  }
  EXPECT_FALSE(is_host_and_port(std::string(64, 'a') + ".example"));
}

}  // namespace
}  // namespace ff
