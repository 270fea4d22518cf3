#include "http/page_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

namespace ff::http {
namespace {

class Counted final : public Recipe {
 public:
  Counted(std::string body, std::uint64_t inputs) : body_(std::move(body)), inputs_(inputs) {}
  std::uint64_t inputs() override {
    ++asked;
    return inputs_;
  }
  Response render() override {
    ++rendered;
    return Response::html(200, body_);
  }
  std::atomic<int> asked{0}, rendered{0};

 private:
  std::string body_;
  std::uint64_t inputs_;
};

class PageCacheTest : public ::testing::Test {
 protected:
  telemetry::Registry metrics;
  SecurityHeaders security;
  PageCache cache{"pages", 16 * 64 * 1024, security, metrics};
  static constexpr auto kPlain = Encoding::kIdentity;
};

TEST_F(PageCacheTest, RendersAPageOnceAndServesTheSameBytesAfter) {
  Counted recipe("<p>hello</p>", 1);
  const auto first = cache.get("/a", kPlain, {1, 1, 1}, recipe);
  const auto second = cache.get("/a", kPlain, {1, 1, 1}, recipe);
  EXPECT_EQ(first, second);
  EXPECT_EQ(recipe.rendered, 1);
  EXPECT_EQ(first->body, "<p>hello</p>");
}

TEST_F(PageCacheTest, CarriesAPageOverAChangeThatDoesNotTouchIt) {
  Counted before("<p>same</p>", 7), after("<p>same</p>", 7);
  const auto first = cache.get("/a", kPlain, {1, 1, 1}, before);
  EXPECT_EQ(cache.find("/a", kPlain, {2, 1, 1}), nullptr) << "must be checked before it is served";
  EXPECT_EQ(cache.get("/a", kPlain, {2, 1, 1}, after), first);
  EXPECT_EQ(after.asked, 1);
  EXPECT_EQ(after.rendered, 0);
  EXPECT_EQ(cache.find("/a", kPlain, {2, 1, 1}), first);
}

TEST_F(PageCacheTest, RendersAgainWhenTheInputsChanged) {
  Counted before("<p>old</p>", 7), after("<p>new</p>", 8);
  const auto first = cache.get("/a", kPlain, {1, 1, 1}, before);
  const auto second = cache.get("/a", kPlain, {1, 2, 1}, after);
  EXPECT_EQ(second->body, "<p>new</p>");
  EXPECT_NE(first->etag, second->etag);
}

TEST_F(PageCacheTest, GivesTheSameTagInEveryProcessForTheSameInputs) {
  telemetry::Registry other_metrics;
  PageCache other{"pages", 1024 * 1024, security, other_metrics};
  Counted here("<p>x</p>", 7), there("<p>x</p>", 7);
  EXPECT_EQ(cache.get("/a", kPlain, {1, 1, 1}, here)->etag, other.get("/a", kPlain, {9, 4, 2}, there)->etag);
}

TEST_F(PageCacheTest, GivesAnotherTagWhenANewReleaseWritesTheSameInputsDifferently) {
  telemetry::Registry other_metrics;
  PageCache next_release{"pages", 1024 * 1024, security, other_metrics};
  Counted before("<p>x</p>", 7), after("<div>x</div>", 7);
  EXPECT_NE(cache.get("/a", kPlain, {1, 1, 1}, before)->etag,
            next_release.get("/a", kPlain, {1, 1, 1}, after)->etag);
}

TEST_F(PageCacheTest, GivesEachEncodingItsOwnTagAndBytes) {
  const std::string body(4000, 'x');
  Counted recipe(body, 1);
  const auto plain = cache.get("/a", kPlain, {1, 1, 1}, recipe);
  const auto gzip = cache.get("/a", Encoding::kGzip, {1, 1, 1}, recipe);
  const auto brotli = cache.get("/a", Encoding::kBrotli, {1, 1, 1}, recipe);
  EXPECT_NE(plain->etag, gzip->etag);
  EXPECT_NE(gzip->etag, brotli->etag);
  EXPECT_LT(gzip->body.size(), body.size() / 10);
  EXPECT_LT(brotli->body.size(), body.size() / 10);
  EXPECT_NE(gzip->head.find("Content-Encoding: gzip"), std::string::npos);
  EXPECT_NE(brotli->head.find("Content-Encoding: br"), std::string::npos);
  EXPECT_NE(plain->head.find("Vary: Accept-Encoding"), std::string::npos);
}

TEST_F(PageCacheTest, RendersOnceHoweverManyThreadsAskTogether) {
  constexpr int kThreads = 8;
  Counted recipe("<p>busy</p>", 3);
  std::barrier start(kThreads);
  std::vector<std::shared_ptr<const FinishedBytes>> got(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        got[static_cast<std::size_t>(i)] = cache.get("/busy", Encoding::kBrotli, {1, 1, 1}, recipe);
      });
    }
  }
  EXPECT_EQ(recipe.rendered, 1);
  for (const auto& finished : got)
    EXPECT_EQ(finished, got.front());
}

TEST_F(PageCacheTest, NeverHoldsMoreThanItsBound) {
  Counted recipe(std::string(9000, 'y'), 1);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_NE(cache.get("/p" + std::to_string(i), kPlain, {1, 1, 1}, recipe), nullptr);
    ASSERT_LE(cache.bytes(), cache.bytes_max());
  }
  EXPECT_GT(cache.bytes(), cache.bytes_max() / 2);
  EXPECT_EQ(recipe.rendered, 1000);
}

TEST_F(PageCacheTest, KeepsThePageThatIsReadAndDropsThoseThatAreNot) {
  Counted hot("<p>hot</p>", 1), cold(std::string(9000, 'z'), 1);
  (void)cache.get("/hot", kPlain, {1, 1, 1}, hot);
  for (int i = 0; i < 1000; ++i) {
    (void)cache.get("/p" + std::to_string(i), kPlain, {1, 1, 1}, cold);
    ASSERT_NE(cache.get("/hot", kPlain, {1, 1, 1}, hot), nullptr);
  }
  EXPECT_EQ(hot.rendered, 1);
}

TEST_F(PageCacheTest, AThreadsOwnPagesAreThoseOfNow) {
  Counted old_page("<p>old</p>", 1), new_page("<p>new</p>", 2);
  (void)cache.get("/a", kPlain, {1, 1, 1}, old_page);
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(cache.find("/a", kPlain, {1, 1, 1})->body, "<p>old</p>");
  EXPECT_EQ(cache.find("/a", kPlain, {2, 1, 1}), nullptr);
  EXPECT_EQ(cache.find("/a", Encoding::kGzip, {1, 1, 1}), nullptr);
  (void)cache.get("/a", kPlain, {2, 1, 1}, new_page);
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(cache.find("/a", kPlain, {2, 1, 1})->body, "<p>new</p>");
  EXPECT_EQ(metrics.counter("ff_pages_hits_total", "Pages served from finished bytes.", {{"cache", "pages"}})
                .value(),
            2000U);
}

TEST_F(PageCacheTest, ManyPagesOfOneThreadAreNeverMixedUp) {
  std::vector<std::unique_ptr<Counted>> pages;
  for (int i = 0; i < 200; ++i) {
    pages.push_back(std::make_unique<Counted>("<p>" + std::to_string(i) + "</p>", 1));
    (void)cache.get("/p" + std::to_string(i), kPlain, {1, 1, 1}, *pages.back());
  }
  for (int i = 0; i < 20'000; ++i) {
    const int page = (i * i + i / 7) % 200;
    ASSERT_EQ(cache.find("/p" + std::to_string(page), kPlain, {1, 1, 1})->body,
              "<p>" + std::to_string(page) + "</p>");
  }
}

TEST_F(PageCacheTest, ServesAPageTooLargeToKeep) {
  Counted recipe(std::string(200 * 1024, 'w'), 1);
  const auto finished = cache.get("/huge", kPlain, {1, 1, 1}, recipe);
  ASSERT_NE(finished, nullptr);
  EXPECT_EQ(finished->body.size(), 200U * 1024);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST_F(PageCacheTest, KeepsItsOtherPagesWhenOneIsTooLarge) {
  Counted small("<p>small</p>", 1), huge(std::string(200 * 1024, 'w'), 1);
  for (int i = 0; i < 100; ++i)
    (void)cache.get("/p" + std::to_string(i), kPlain, {1, 1, 1}, small);
  const std::size_t held = cache.bytes();
  for (int i = 0; i < 100; ++i)
    (void)cache.get("/huge" + std::to_string(i), kPlain, {1, 1, 1}, huge);
  EXPECT_EQ(cache.bytes(), held);
}

}  // namespace
}  // namespace ff::http
