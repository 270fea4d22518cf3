#include "catalog/picture_url.h"

#include <gtest/gtest.h>

namespace ff::catalog {
namespace {

std::string parsed(std::string_view text) {
  const auto url = PictureUrl::parse(text);
  return url ? url->text() : "refused: " + url.error().fields.at(0).message;
}

TEST(PictureUrl, KeepsAddressesThatAreRight) {
  for (const std::string text :
       {"https://a.example/1.jpg", "https://cdn.example:8443/x?v=1&w=2#top", "https://192.0.2.7/x.png",
        "https://localhost/x.png", "/pictures/shirt.svg", "https://a.example/caf\xC3\xA9.jpg"}) {
    EXPECT_EQ(parsed(text), text);
  }
}

TEST(PictureUrl, WritesWhatExportsHaveInOneWay) {
  EXPECT_EQ(parsed("http://a.example/x.jpg"), "https://a.example/x.jpg");
  EXPECT_EQ(parsed("//a.example/x.jpg"), "https://a.example/x.jpg");
  EXPECT_EQ(parsed(" HTTPS://CDN.Example/My Shirt.jpg "), "https://cdn.example/My%20Shirt.jpg");
}

TEST(PictureUrl, RefusesWhatHasNoRealHost) {
  for (const std::string text : {"https:///x", "https://", "http://?x", "https://#", "https://cdn/x.jpg",
                                 "//", "https://a b.example/x", "https://.example/x", "https://a.example:x/y",
                                 "https://*/x", "https://a.example;script-src/x"}) {
    EXPECT_EQ(parsed(text), "refused: must have a host after https://, like cdn.example.com") << text;
  }
  EXPECT_EQ(parsed("https://user:secret@a.example/x"), "refused: must have no user before its host");
}

TEST(PictureUrl, RefusesOtherSchemesAndWhatCouldLeaveItsPlace) {
  for (const std::string text : {"", "javascript:alert(1)", "data:image/png;base64,x", "ftp://a.example/x",
                                 "pictures/x.jpg", "https:/a.example/x"}) {
    EXPECT_EQ(parsed(text), "refused: must be an address that starts with https://") << text;
  }
  for (const std::string text :
       {"https://a.example/\"x", "/\\evil.example/x", "https://a.example\\@b.example/",
        "https://a.example/<x>", "https://a.example/x\ny"}) {
    EXPECT_NE(parsed(text).find("without line breaks"), std::string::npos) << text;
  }
  EXPECT_EQ(parsed("https://a.example/" + std::string(3000, 'x')), "refused: is too long");
}

TEST(PictureUrl, KnowsTheOriginThatAPolicyNames) {
  EXPECT_EQ(PictureUrl::parse("https://a.example:8443/x")->origin(), "https://a.example:8443");
  EXPECT_EQ(PictureUrl::parse("//A.example?x")->origin(), "https://a.example");
  EXPECT_EQ(PictureUrl::parse("/pictures/x.svg")->origin(), "");
}

}  // namespace
}  // namespace ff::catalog
