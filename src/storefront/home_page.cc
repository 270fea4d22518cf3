#include "storefront/home_page.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "storefront/picture.h"
#include "storefront/product_card.h"

namespace ff::storefront {
namespace {

constexpr std::size_t kNewMax = 8;
constexpr std::size_t kNewScanMax = 96;
constexpr std::size_t kTilesMax = 6;
constexpr std::size_t kStoryProducts = 2;

/// The newest, and among them first one of each type: a shop that got in twelve shirts shows more than
/// shirts.
std::vector<const catalog::Product*> newest(const ReadingPage& page) {
  // products() is newest first.
  std::vector<std::uint32_t> all(std::min<std::size_t>(page.snapshot.products().size(), kNewScanMax));
  std::iota(all.begin(), all.end(), 0U);
  const auto candidates = best_of(page, all, kNewScanMax);
  std::vector<const catalog::Product*> chosen, rest;
  std::set<std::string_view> types;
  for (const catalog::Product* product : candidates) {
    (types.insert(product->type).second ? chosen : rest).push_back(product);
  }
  chosen.insert(chosen.end(), rest.begin(), rest.end());
  chosen.resize(std::min(chosen.size(), kNewMax));
  return chosen;
}

void write_hero(Html& html, const ReadingPage& page, const catalog::Collection* collection) {
  const std::string wide =
      collection != nullptr ? collection_picture(page, *collection, false) : scene_url(0, false);
  html << "<section class=\"hero\" aria-labelledby=\"hero-title\"><div class=\"hero-picture\">";
  const std::string tall = reshaped(wide, true);
  if (tall != wide) {
    html << "<picture><source media=\"(max-width: 47.99rem)\" srcset=\"" << href(tall)
         << "\" width=\"900\" height=\"1200\">";
  }
  write_picture(html, {wide, "", ""}, {"hero-image", Loading::kUrgent, ""});
  if (tall != wide) html << "</picture>";
  html << "</div><div class=\"wrap hero-words\"><h1 id=\"hero-title\" class=\"display\">";
  if (collection == nullptr) {
    html << page.layout.identity().name
         << "</h1><div class=\"hero-text\"><p class=\"lead\">Few pieces, good cloth, honest sizes.</p>"
            "<a class=\"button\" href=\"/search\">See everything</a></div></div></section>\n";
    return;
  }
  html << collection->title << "</h1><div class=\"hero-text\">";
  if (!collection->description.empty()) {
    html << "<p class=\"lead\">" << plain_text(collection->description, 220) << "</p>";
  }
  html << "<a class=\"button\" href=\"" << href(collection_path(*collection)) << "\">See the "
       << page.snapshot.members(*collection).size() << " pieces</a></div></div></section>\n";
}

void write_tiles(Html& html, const ReadingPage& page,
                 std::span<const catalog::Collection* const> collections) {
  // Whole rows of three; the rest are behind "All of them".
  if (collections.size() > 3) collections = collections.first(collections.size() / 3 * 3);
  if (collections.empty()) return;
  html << "<section class=\"section wrap\" aria-labelledby=\"collections-title\"><div class=\"section-head\">"
          "<h2 id=\"collections-title\">Collections</h2><a class=\"text-link\" href=\"/collections\">All of "
          "them</a></div>"
          "<ul class=\"tiles\" role=\"list\">\n";
  for (const catalog::Collection* collection : collections) {
    html << "<li><a class=\"tile\" href=\"" << href(collection_path(*collection))
         << "\"><span class=\"tile__frame\">";
    write_picture(html, {collection_picture(page, *collection, true), "", ""},
                  {"tile__picture", Loading::kLazy, ""});
    html << "</span><span class=\"tile__title\">" << collection->title
         << "</span><span class=\"tile__count\">" << page.snapshot.members(*collection).size()
         << "<span class=\"visually-hidden\"> pieces</span></span></a></li>\n";
  }
  html << "</ul></section>\n";
}

void write_story(Html& html, const ReadingPage& page, const catalog::Collection& collection) {
  const auto products = best_of(page, page.snapshot.members(collection), kStoryProducts);
  html << "<section class=\"section story wrap\" aria-labelledby=\"story-title\"><div "
          "class=\"story-picture\">";
  write_picture(html, {collection_picture(page, collection, true), "", ""},
                {"story-image", Loading::kLazy, ""});
  html << "</div><div class=\"story-words\"><h2 id=\"story-title\" class=\"display-2\">" << collection.title
       << "</h2>";
  if (!collection.description.empty())
    html << "<p class=\"lead\">" << plain_text(collection.description, 320) << "</p>";
  html << "<p><a class=\"text-link\" href=\"" << href(collection_path(collection)) << "\">See "
       << collection.title << "</a></p></div><div class=\"story-products\">";
  write_grid(html, products, page.labels, 0, "h3");
  html << "</div></section>\n";
}

void write_promises(Html& html, const ReadingPage& page) {
  const std::string delivery = delivery_promise(page.rules);
  html << "<section class=\"section wrap promises\" aria-label=\"Delivery, returns and sizes\"><ul "
          "role=\"list\">";
  if (!delivery.empty()) {
    html << "<li>" << Icon::kTruck << "<p><a href=\"/help#delivery\">Delivery</a> " << delivery
         << "</p></li>";
  }
  html << "<li>" << Icon::kReturn
       << "<p><a href=\"/help#returns\">Returns</a> Thirty days to try things on at home.</p></li><li>"
       << Icon::kCheck
       << "<p><a href=\"/help#sizes\">Sizes</a> Measured on the garment, in "
          "centimetres.</p></li></ul></section>\n";
}

/// The collection for the story: one with something to say that is not the hero.
const catalog::Collection* story_of(std::span<const catalog::Collection* const> collections) {
  for (std::size_t i = collections.size(); i-- > 1;) {
    if (!collections[i]->description.empty()) return collections[i];
  }
  return nullptr;
}

}  // namespace

std::uint64_t home_inputs(const ReadingPage& page) {
  Inputs inputs(page);
  inputs.add("home");
  for (const catalog::Product* product : newest(page))
    inputs.add(page, *product);
  const auto collections = shown_collections(page.snapshot);
  for (const catalog::Collection* collection : collections) {
    inputs.add(*collection).add(page.snapshot.members(*collection).size());
    const auto members = page.snapshot.members(*collection);
    inputs.add(page.snapshot.fingerprint(page.snapshot.products()[members.front()]));
  }
  if (const catalog::Collection* story = story_of(collections)) {
    for (const catalog::Product* product : best_of(page, page.snapshot.members(*story), kStoryProducts)) {
      inputs.add(page, *product);
    }
  }
  return inputs.value();
}

std::string write_home(const ReadingPage& page) {
  const auto collections = shown_collections(page.snapshot);
  const std::span<const catalog::Collection* const> all = collections;
  const catalog::Collection* hero = collections.empty() ? nullptr : collections.front();
  PageHead head;
  head.description =
      "An independent clothing shop. Few pieces, good cloth, honest sizes. " + delivery_promise(page.rules);
  head.canonical = "/";
  head.current = "/";
  head.page = "home";
  if (hero != nullptr) head.picture = collection_picture(page, *hero, false);
  return page.layout.page(head, &page.snapshot, [&](Html& html) {
    write_hero(html, page, hero);
    if (const auto products = newest(page); !products.empty()) {
      html << "<section class=\"section wrap\" aria-labelledby=\"new-in\"><div class=\"section-head\">"
              "<h2 id=\"new-in\">Just in</h2><a class=\"text-link\" href=\"/search?sort=newest\">Everything, "
              "newest first</a></div>";
      write_grid(html, products, page.labels, 0, "h3");
      html << "</section>\n";
    }
    if (all.size() > 1) write_tiles(html, page, all.subspan(1, std::min(kTilesMax, all.size() - 1)));
    if (const catalog::Collection* story = story_of(collections)) write_story(html, page, *story);
    write_promises(html, page);
    html << "<section class=\"section wrap\" aria-labelledby=\"recent\" data-recent hidden><h2 "
            "id=\"recent\">Recently "
            "viewed</h2><ul class=\"grid\" role=\"list\" data-recent-list></ul></section>\n";
  });
}

}  // namespace ff::storefront
