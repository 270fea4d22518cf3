#include "catalog/html_sanitizer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"

namespace ff::catalog {
namespace {

struct Case {
  std::string_view in, out;
};

void expect_all(const std::vector<Case>& cases) {
  for (const Case& one : cases)
    EXPECT_EQ(sanitize_html(one.in), one.out) << "from: " << one.in;
}

TEST(HtmlSanitizer, KeepsTheElementsOfADescription) {
  const std::string_view html =
      "<h2>Fit</h2><p>Cut <strong>wide</strong>, <em>worn</em> <b>short</b>.<br>Mid-<i>blue</i> <u>and</u> "
      "<s>grey</s></p>"
      "<ul><li>Linen</li><li>Made in Porto</li></ul><ol><li>One</li></ol><blockquote>Soft.</blockquote>"
      "<table><thead><tr><th>Size</th></tr></thead><tbody><tr><td>M</td></tr></tbody></table>";
  EXPECT_EQ(sanitize_html(html), html);
}

TEST(HtmlSanitizer, EscapesPlainText) {
  expect_all({{"Plain shirt. ", "Plain shirt."},
              {"5 < 6 & 7 > 2", "5 &lt; 6 &amp; 7 &gt; 2"},
              {"a <b and c", "a &lt;b and c"},
              {"I <3 \"linen\"", "I &lt;3 \"linen\""},
              {"", ""}});
}

TEST(HtmlSanitizer, DropsAttributes) {
  expect_all({{"<p class=\"p1\" style='color:red' onclick=alert(1)>x</p>", "<p>x</p>"},
              {"<P DATA-X=\"a>b\">x</P>", "<p>x</p>"},
              {"<p/onmouseover=alert(1)>x", "<p>x</p>"}});
}

TEST(HtmlSanitizer, UnwrapsWhatMeansNothingHere) {
  expect_all({{"<span>a</span><font color=red>b</font>", "ab"},
              {"<div>one</div><div>two</div>", "one\ntwo"},
              {"<meta charset='utf-8'><p>x</p><img src=x onerror=alert(1)>", "<p>x</p>"},
              {"<h1>Shirt</h1>", "<h2>Shirt</h2>"},
              {"<del>20</del> <ins>15</ins>", "<s>20</s> <u>15</u>"}});
}

TEST(HtmlSanitizer, DropsCodeAndFramesWithWhatIsInThem) {
  expect_all({{"a<script>alert('<p>')</script>b", "ab"},
              {"a<SCRIPT src=//x.example></SCRIPT >b", "ab"},
              {"a<style>p{}</style><iframe src=x>no</iframe>b", "ab"},
              {"a<script>alert(1)", "a"},
              {"a<script>x</scripty>y</script>b", "ab"},
              {"a<svg onload=alert(1)><p>x</p></svg>b", "ab"},
              {"a<svg/>b", "ab"},
              {"a<template><p>x</p></template>b", "ab"},
              {"a<!-- <p>x</p> -->b<!doctype html><?php x ?>c", "abc"},
              {"a<!-- never closed", "a"}});
}

TEST(HtmlSanitizer, KeepsLinksThatMayBeFollowed) {
  expect_all(
      {{"<a href=\"https://a.example/?x=1&y=2\" target=_blank>x</a>",
        "<a href=\"https://a.example/?x=1&amp;y=2\" rel=\"nofollow noopener\">x</a>"},
       {"<a href='/pages/size?a&amp;b'>x</a>",
        "<a href=\"/pages/size?a&amp;b\" rel=\"nofollow noopener\">x</a>"},
       {"<a href=MAILTO:a@b.example>x</a>", "<a href=\"MAILTO:a@b.example\" rel=\"nofollow noopener\">x</a>"},
       {"<a href=\"#care\">x</a>", "<a href=\"#care\" rel=\"nofollow noopener\">x</a>"},
       {"<a href='/x\"y'>x</a>", "<a href=\"/x&quot;y\" rel=\"nofollow noopener\">x</a>"}});
}

TEST(HtmlSanitizer, UnwrapsLinksThatMayNot) {
  for (const std::string_view href :
       {"javascript:alert(1)", " JavaScript:alert(1)", "java\nscript:alert(1)", "java&#10;script:alert(1)",
        "&#106;avascript:alert(1)", "javascript&#58;alert(1)", "&#x6A;avascript&#x3a;alert(1)",
        "\x01javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "", " "}) {
    EXPECT_EQ(sanitize_html("<a href=\"" + std::string(href) + "\">x</a>"), "x") << href;
  }
  EXPECT_EQ(sanitize_html("<a name=top>x</a>"), "x");
}

TEST(HtmlSanitizer, TakesAReferenceThatIsNoneInALinkLiterally) {
  EXPECT_EQ(sanitize_html("<a href=\"javascript&colon;alert(1)\">x</a>"),
            "<a href=\"javascript&amp;colon;alert(1)\" rel=\"nofollow noopener\">x</a>");
}

TEST(HtmlSanitizer, ClosesAndNestsElements) {
  expect_all(
      {{"<p>a", "<p>a</p>"},
       {"<p>a<p>b", "<p>a</p><p>b</p>"},
       {"<b><i>x</b>y</i>", "<b><i>x</i></b>y"},
       {"</p></b>x", "x"},
       {"<p>a<ul><li>b</ul>c</p>", "<p>a</p><ul><li>b</li></ul>c"},
       {"<h2>a<h3>b", "<h2>a</h2><h3>b</h3>"},
       {"<a href=/a>x<a href=/b>y",
        "<a href=\"/a\" rel=\"nofollow noopener\">x</a><a href=\"/b\" rel=\"nofollow noopener\">y</a>"},
       {"a<br/>b</br>c", "a<br>b<br>c"}});
}

TEST(HtmlSanitizer, GivesListsAndTablesTheirParts) {
  expect_all(
      {{"<ul>\n<li>a\n<li>b</ul>", "<ul>\n<li>a\n</li><li>b</li></ul>"},
       {"<ul>a</ul>", "<ul><li>a</li></ul>"},
       {"<li>a</li><li>b</li>", "<ul><li>a</li><li>b</li></ul>"},
       {"<table><tr><td>a<td>b<tr><td>c</table>d",
        "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>d"},
       {"<table>a</table>", "<table><tbody><tr><td>a</td></tr></tbody></table>"},
       {"<td>a</td>", "a"},
       {"<table><tr><td><p>a</td></p></tr></table>",
        "<table><tbody><tr><td><p>a</p></td></tr></tbody></table>"},
       {"<b><table><tr><td>a</b>b</table>", "<b><table><tbody><tr><td>ab</td></tr></tbody></table></b>"}});
}

TEST(HtmlSanitizer, ReadsCharacterReferences) {
  expect_all({{"Don&#8217;t &#x41; &eacute; &nbsp; &amp;lt;", "Don’t A &eacute; &nbsp; &amp;lt;"},
              {"&#60;script&#62;", "&lt;script&gt;"},
              {"&#146;&#0;&#55296;&#1114112;", "’\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
              {"AT&T; R&D & &; &#; &#x; &copy", "AT&T; R&amp;D &amp; &amp;; &amp;#; &amp;#x; &amp;copy"}});
}

TEST(HtmlSanitizer, RepairsBrokenTextToUtf8) {
  EXPECT_EQ(sanitize_html("caf\xE9 \x01 ok"), "caf\xEF\xBF\xBD \xEF\xBF\xBD ok");
}

TEST(HtmlSanitizer, BoundsTheDepth) {
  std::string deep;
  for (int i = 0; i < 5000; ++i)
    deep += "<blockquote><b>";
  const std::string once = sanitize_html(deep + "x");
  EXPECT_LT(once.size(), 2000u);
  EXPECT_EQ(sanitize_html(once), once);
}

TEST(HtmlSanitizer, ChangesNothingTheSecondTime) {
  const std::vector<std::string> pieces = {"<p>",
                                           "</p>",
                                           "<ul>",
                                           "</ul>",
                                           "<ol>",
                                           "<li>",
                                           "</li>",
                                           "<b>",
                                           "</b>",
                                           "<i>",
                                           "</i>",
                                           "<table>",
                                           "</table>",
                                           "<tr>",
                                           "</tr>",
                                           "<td>",
                                           "</td>",
                                           "<th>",
                                           "<thead>",
                                           "</thead>",
                                           "<tbody>",
                                           "<h1>",
                                           "</h1>",
                                           "<h3>",
                                           "</h3>",
                                           "<br>",
                                           "<blockquote>",
                                           "</blockquote>",
                                           "<a href='/x'>",
                                           "<a href=\"https://x.example/?a&b\">",
                                           "</a>",
                                           "<div>",
                                           "</div>",
                                           "<script>",
                                           "</script>",
                                           "<!--",
                                           "-->",
                                           "<",
                                           ">",
                                           "&",
                                           "&amp;",
                                           "&#60;",
                                           "&lt",
                                           ";",
                                           "\"",
                                           "'",
                                           " ",
                                           "\n",
                                           "text",
                                           "\xE9",
                                           "é",
                                           "<p x='",
                                           "<svg>",
                                           "</svg>",
                                           "=",
                                           "/",
                                           "<span>",
                                           "href=",
                                           "javascript:"};
  SeededRandom random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string html;
    for (std::uint64_t i = random.below(24); i > 0; --i)
      html += pieces[random.below(pieces.size())];
    const std::string once = sanitize_html(html);
    ASSERT_EQ(sanitize_html(once), once) << "from: " << html;
    ASSERT_TRUE(is_utf8(once)) << html;
    ASSERT_EQ(once.find("<script"), once.npos) << html;
  }
}

}  // namespace
}  // namespace ff::catalog
