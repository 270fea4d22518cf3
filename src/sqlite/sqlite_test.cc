#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

#include "sqlite/reader.h"
#include "sqlite/writer.h"

namespace ff::sqlite {
namespace {

class SqliteTest : public testing::Test {
 protected:
  SqliteTest() {
    char pattern[] = "/tmp/ff-sqlite-XXXXXX";
    folder = ::mkdtemp(pattern);
  }
  ~SqliteTest() override { std::filesystem::remove_all(folder); }
  std::string file() const { return (folder / "shop.db").string(); }
  Database open() {
    auto database = Database::open(file());
    EXPECT_TRUE(database.has_value()) << database.error().detail;
    return std::move(*database);
  }
  Database open_with_table() {
    Database database = open();
    EXPECT_TRUE(database.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT UNIQUE)").has_value());
    return database;
  }
  std::filesystem::path folder;
};

std::int64_t count(Database& database) {
  auto rows = database.statement("SELECT count(*) FROM t");
  return rows.step() ? rows.integer(0) : -1;
}

TEST_F(SqliteTest, EveryTypeComesBackAsItWent) {
  Database database = open();
  ASSERT_TRUE(database.execute("CREATE TABLE r (a, b, c, d, e, f)").has_value());
  SeededRandom random(1);
  const OrderId order{Uuid::v7(Instant{1'700'000'000'000'000}, random)};
  const std::string text = std::string("nul \0 inside", 12);
  database.statement("INSERT INTO r VALUES (?,?,?,?,?,?)")
      .run(std::int64_t{-5}, std::string_view(text), order, VariantId{17}, Instant{99},
           std::optional<std::string>{});
  auto row = database.statement("SELECT * FROM r");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), -5);
  EXPECT_EQ(row.text(1), text);
  EXPECT_EQ(row.id<OrderId>(2), order);
  EXPECT_EQ(row.id<VariantId>(3), VariantId{17});
  EXPECT_EQ(row.instant(4), Instant{99});
  EXPECT_TRUE(row.is_null(5));
  EXPECT_FALSE(row.step());
  EXPECT_FALSE(database.failure());
}

TEST_F(SqliteTest, NothingIsWrittenAfterAFailureUntilRollback) {
  Database database = open_with_table();
  database.begin();
  database.statement("INSERT INTO t VALUES (1, 'a')").run();
  database.statement("INSERT INTO t VALUES (2, 'a')").run();  // breaks UNIQUE
  database.statement("INSERT INTO t VALUES (3, 'c')").run();
  const auto committed = database.commit();
  ASSERT_FALSE(committed.has_value());
  EXPECT_EQ(committed.error().code, ErrorCode::kInternal);
  EXPECT_THAT(committed.error().detail, testing::HasSubstr("UNIQUE"));
  EXPECT_FALSE(database.in_transaction());
  EXPECT_EQ(count(database), 0);
}

TEST_F(SqliteTest, TheSameStatementMayBeUsedInsideItsOwnLoop) {
  Database database = open_with_table();
  database.statement("INSERT INTO t VALUES (1, 'a'), (2, 'b')").run();
  int pairs = 0;
  auto outer = database.statement("SELECT k FROM t");
  while (outer.step()) {
    auto inner = database.statement("SELECT k FROM t");
    while (inner.step())
      ++pairs;
  }
  EXPECT_EQ(pairs, 4);
}

TEST_F(SqliteTest, AWrongStatementIsOurMistakeAndSaysWhich) {
  Database database = open();
  database.statement("SELEKT 1").run();
  const auto ok = database.take_failure();
  ASSERT_FALSE(ok.has_value());
  EXPECT_EQ(ok.error().code, ErrorCode::kInternal);
  EXPECT_THAT(ok.error().detail, testing::HasSubstr("SELEKT"));
}

TEST_F(SqliteTest, OpeningSaysInOneLineWhatIsWrongWithWhichFile) {
  const auto missing = Database::open(file(), {.mode = OpenOptions::Mode::kReadWriteExists});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);

  const std::string nowhere = (folder / "no" / "such" / "folder.db").string();
  const auto unreachable = Database::open(nowhere);
  ASSERT_FALSE(unreachable.has_value());
  EXPECT_THAT(unreachable.error().detail, testing::HasSubstr(nowhere));
  EXPECT_THAT(unreachable.error().detail, testing::Not(testing::HasSubstr("\n")));

  std::ofstream(file())
      << "this is a text file, and long enough not to be taken for an empty database .......";
  const auto other = Database::open(file());
  ASSERT_FALSE(other.has_value());
  EXPECT_THAT(other.error().detail,
              testing::AllOf(testing::HasSubstr(file()), testing::HasSubstr("not a database")));
}

TEST_F(SqliteTest, OnlyItsOwnerMayReadTheFile) {
  Database database = open_with_table();
  for (const std::string& path : {file(), file() + "-wal"}) {
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0) << path;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << path;
  }
}

/// Runs each coroutine that `make(i)` gives, all at once, on one thread, until all are answered.
template <typename Make>
void run_all(int n, Make make) {
  asio::io_context context;
  for (int i = 0; i < n; ++i)
    asio::co_spawn(context, make(i), asio::detached);
  context.run();
}

TEST_F(SqliteTest, TasksThatQueueTogetherCommitTogether) {
  Writer writer(open_with_table(), "test-writer");
  int answered = 0;
  auto write = [&](int i) -> Task<void> {
    auto result = co_await writer.write([i](Database& database) -> Result<int> {
      database.statement("INSERT INTO t VALUES (?, ?)").run(i, std::to_string(i));
      return i;
    });
    EXPECT_EQ(result.value(), i);
    ++answered;
  };
  run_all(1000, write);
  EXPECT_EQ(answered, 1000);
  EXPECT_LT(writer.commits(), 1000u);
  Database check = open();
  EXPECT_EQ(count(check), 1000);
}

TEST_F(SqliteTest, ATaskThatFailsFailsAlone) {
  Writer writer(open_with_table(), "test-writer");
  std::vector<int> failed;
  auto write = [&](int i) -> Task<void> {
    auto result = co_await writer.write([i](Database& database) -> Result<int> {
      database.statement("INSERT INTO t VALUES (?, ?)").run(i, std::to_string(i));
      if (i == 3) return fail(ErrorCode::kConflict, "changed its mind after it wrote");
      if (i == 5) database.statement("INSERT INTO t VALUES (1000, ?)").run(std::to_string(i));
      return i;
    });
    if (!result) failed.push_back(i);
  };
  run_all(10, write);
  EXPECT_THAT(failed, testing::UnorderedElementsAre(3, 5));
  Database check = open();
  EXPECT_EQ(count(check), 8);
}

TEST_F(SqliteTest, AFullQueueRefusesAtOnceAndWritesNothing) {
  Writer writer(open_with_table(), "test-writer", {.queued_max = 2, .commit_tasks_max = 1});
  std::mutex gate;
  std::unique_lock closed(gate);
  int overloaded = 0, done = 0;
  auto write = [&](int i) -> Task<void> {
    auto result = co_await writer.write([i, &gate](Database& database) -> Result<int> {
      const std::lock_guard wait(gate);
      database.statement("INSERT INTO t VALUES (?, ?)").run(i, std::to_string(i));
      return i;
    });
    if (result) {
      ++done;
    } else {
      EXPECT_EQ(result.error().code, ErrorCode::kOverloaded);
      if (++overloaded == 1) closed.unlock();
    }
  };
  run_all(10, write);
  EXPECT_GE(overloaded, 7);  // one may run, two may wait
  EXPECT_EQ(done + overloaded, 10);
  Database check = open();
  EXPECT_EQ(count(check), done);
}

TEST_F(SqliteTest, AnotherProcessThatKeepsTheLockMakesTasksFailAndNotPileUp) {
  Database other = open_with_table();
  OpenOptions impatient;
  impatient.busy_timeout = std::chrono::milliseconds(1);
  Writer writer(*Database::open(file(), impatient), "test-writer");
  other.begin();
  int unavailable = 0;
  auto write = [&](int i) -> Task<void> {
    auto result = co_await writer.write([i](Database& database) -> Result<int> {
      database.statement("INSERT INTO t VALUES (?, ?)").run(i, std::to_string(i));
      return i;
    });
    if (!result && result.error().code == ErrorCode::kUnavailable) ++unavailable;
  };
  run_all(20, write);
  EXPECT_EQ(unavailable, 20);
  other.rollback();
  unavailable = 0;
  run_all(1, write);
  EXPECT_EQ(unavailable, 0);
}

TEST_F(SqliteTest, AReaderSeesOneSnapshotWhileTheWriterGoesOn) {
  Writer writer(open_with_table(), "test-writer");
  std::vector<Database> connections;
  connections.push_back(*Database::open(file(), {.mode = OpenOptions::Mode::kReadOnly}));
  Reader reader(std::move(connections), "test-reader");
  auto scenario = [&](int) -> Task<void> {
    auto seen =
        co_await reader.read([&](Database& database) -> Result<std::pair<std::int64_t, std::int64_t>> {
          const std::int64_t before = count(database);
          Database other = open();
          other.statement("INSERT INTO t VALUES (7, 'seven')").run();
          return std::pair{before, count(database)};
        });
    EXPECT_EQ(seen->first, 0);
    EXPECT_EQ(seen->second, 0);
    auto later =
        co_await reader.read([](Database& database) -> Result<std::int64_t> { return count(database); });
    EXPECT_EQ(later.value(), 1);
    auto refused = co_await reader.read([](Database& database) -> Result<int> {
      database.statement("DELETE FROM t").run();
      return 0;
    });
    EXPECT_FALSE(refused.has_value());
  };
  run_all(1, scenario);
}

}  // namespace
}  // namespace ff::sqlite
