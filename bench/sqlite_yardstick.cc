// The yardstick for orders on SQLite: what a shop without group commit does. One transaction per order on
// one hot stock row, WAL and synchronous=FULL, the same file system as the shop's database.
//
//   sqlite_yardstick FILE SECONDS     prints "orders/s"
#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

[[noreturn]] void die(sqlite3* database, const char* what) {
  std::fprintf(stderr, "sqlite_yardstick: %s: %s\n", what, sqlite3_errmsg(database));
  std::exit(1);
}

void execute(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) die(database, sql);
}

sqlite3_stmt* prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) != SQLITE_OK) die(database, sql);
  return statement;
}

void step(sqlite3* database, sqlite3_stmt* statement) {
  if (sqlite3_step(statement) != SQLITE_DONE) die(database, "step");
  sqlite3_reset(statement);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    static_cast<void>(std::fputs("usage: sqlite_yardstick FILE SECONDS\n", stderr));
    return 2;
  }
  for (const char* suffix : {"", "-wal", "-shm"})
    std::filesystem::remove(std::string(argv[1]) + suffix);
  sqlite3* database = nullptr;
  if (sqlite3_open(argv[1], &database) != SQLITE_OK) die(database, "open");
  execute(database,
          "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
          "CREATE TABLE stock (id INTEGER PRIMARY KEY, qty INTEGER NOT NULL);"
          "CREATE TABLE orders (id INTEGER PRIMARY KEY, key TEXT UNIQUE, variant INTEGER, document TEXT);"
          "INSERT INTO stock VALUES (1, 1000000000);");
  sqlite3_stmt* begin = prepare(database, "BEGIN IMMEDIATE");
  sqlite3_stmt* take = prepare(database, "UPDATE stock SET qty = qty - 1 WHERE id = 1 AND qty >= 1");
  sqlite3_stmt* insert = prepare(database, "INSERT INTO orders (key, variant, document) VALUES (?1, 1, ?2)");
  sqlite3_stmt* commit = prepare(database, "COMMIT");
  const std::string document(600, 'x');  // about the size of a real order's lines, address and totals

  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(std::stol(argv[2]));
  const auto started = std::chrono::steady_clock::now();
  long orders = 0;
  while (std::chrono::steady_clock::now() < until) {
    const std::string key = "order-" + std::to_string(orders);
    step(database, begin);
    step(database, take);
    sqlite3_bind_text(insert, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, document.data(), static_cast<int>(document.size()), SQLITE_STATIC);
    step(database, insert);
    step(database, commit);
    ++orders;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  std::printf("%.1f\n", static_cast<double>(orders) / took.count());
  return 0;
}
