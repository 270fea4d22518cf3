#include "storefront/html.h"

#include <gtest/gtest.h>

namespace ff::storefront {
namespace {

std::string written(auto&&... parts) {
  Html html;
  (html << ... << parts);
  return std::move(html).take();
}

TEST(Html, EscapesTextThatArrivesAtRunTime) {
  EXPECT_EQ(written(std::string("<script>\"a\" & 'b'</script>")),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
}

TEST(Html, WritesLiteralsAsMarkup) {
  Html html;
  html << "<p class=\"x\">" << std::string_view("a<b") << "</p>" << 42;
  EXPECT_EQ(html.view(), "<p class=\"x\">a&lt;b</p>42");
}

TEST(Html, LetsSanitisedHtmlThroughAsItIs) {
  EXPECT_EQ(written(SafeHtml::sanitised("<em>soft</em>")), "<em>soft</em>");
}

TEST(Html, EscapesAttributeValuesAndKeepsThemInTheirQuotes) {
  Html html;
  html.attribute("title", "5\" wide > 4'").flag("hidden", true).flag("open", false);
  EXPECT_EQ(html.view(), " title=\"5&quot; wide &gt; 4&#39;\" hidden");
}

TEST(Html, RefusesAddressesThatWouldRunScript) {
  for (const std::string bad : {"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)",
                                "data:text/html,x", "java\nscript:alert(1)", "vbscript:x"}) {
    EXPECT_EQ(written(href(bad)), "#") << bad;
  }
  for (const std::string good :
       {"/cart", "https://a.example/x", "?sort=price", "mailto:a@b.example", "#main", "a:b/../c"}) {
    if (good == "a:b/../c") {
      EXPECT_EQ(written(href(good)), "#");
    } else {
      EXPECT_EQ(written(href(good)), good);
    }
  }
}

TEST(Html, EscapesAddresses) {
  const std::string address = "/search?q=a&sort=\"x\"";
  EXPECT_EQ(written(href(address)), "/search?q=a&amp;sort=&quot;x&quot;");
}

TEST(Money, ReadsAsPeopleWriteIt) {
  const auto money = [](std::int64_t minor, std::string_view code) {
    return for_people({minor, *Currency::parse(code)});
  };
  EXPECT_EQ(money(11800, "EUR"), "€118.00");
  EXPECT_EQ(money(118000, "GBP"), "£1,180.00");
  EXPECT_EQ(money(123456789012, "USD"), "$1,234,567,890.12");
  EXPECT_EQ(money(1200, "JPY"), "¥1,200");
  EXPECT_EQ(money(5, "EUR"), "€0.05");
  EXPECT_EQ(money(11800, "CHF"), "CHF\u00a0118.00");
}

TEST(PlainText, DropsTagsAndCutsAtAWord) {
  EXPECT_EQ(plain_text("<p>Warm &amp; dry.</p>\n<p>Soft</p>", 100), "Warm & dry. Soft");
  EXPECT_EQ(plain_text("one two three four", 9), "one two…");
  EXPECT_EQ(plain_text("<p>unclosed <b", 100), "unclosed");
}

TEST(PlainText, NeverCutsInsideACharacter) { EXPECT_EQ(plain_text("ééééé", 5), "éé…"); }

}  // namespace
}  // namespace ff::storefront
