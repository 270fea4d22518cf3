// A PostgreSQL server of the tests' own, on a free loopback port, in a folder that goes with it.
//
// Invariant: it ends with the process that started it, however that ends, and is stopped by its own pid.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace ff::postgres {

/// Bound once and let go, so that a server may have it.
inline int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

class TestServer {
 public:
  /// `fsync`: whether commits reach the disk; most tests need not wait for that.
  explicit TestServer(bool fsync = false) : port_(free_port()), fsync_(fsync) {
    char pattern[] = "/tmp/ff-postgres-XXXXXX";
    folder_ = ::mkdtemp(pattern);
    if (const passwd* user = server_user()) {
      if (::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) std::abort();
    }
    const pid_t made = spawn({"initdb", "-D", folder_ + "/data", "-U", "ff", "--auth=trust", "--no-locale",
                              "-E", "UTF8", "--no-sync"});
    int status = 0;
    if (::waitpid(made, &status, 0) != made || status != 0) give_up("initdb failed");
    start();
  }
  TestServer(const TestServer&) = delete;
  ~TestServer() {
    stop(SIGQUIT);
    std::filesystem::remove_all(folder_);
  }

  /// The one that tests share when they leave it as it is.
  static TestServer& shared() {
    static TestServer server;
    return server;
  }

  void start() {
    server_ = spawn({"postgres", "-D", folder_ + "/data", "-h", "127.0.0.1", "-k", folder_, "-p",
                     std::to_string(port_), "-c", fsync_ ? "fsync=on" : "fsync=off", "-c",
                     "max_connections=60", "-c", "shared_buffers=32MB", "-c", "log_min_messages=fatal"});
    for (int i = 0; i < 600; ++i) {
      if (PQping(url("postgres").c_str()) == PQPING_OK) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    give_up("the server does not answer");
  }
  /// SIGQUIT: at once, as if the machine had failed. SIGINT: connections are cut, a clean end.
  void stop(int signal) {
    if (server_ <= 0) return;
    ::kill(server_, signal);
    ::waitpid(server_, nullptr, 0);
    server_ = 0;
  }

  /// From now on the server speaks TLS too, with a certificate for "localhost" that is its own authority; its
  /// file.
  std::string enable_tls() {
    const std::string data = folder_ + "/data";
    const pid_t made = spawn({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                              "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                              "-keyout", data + "/server.key", "-out", data + "/server.crt"});
    int status = 0;
    if (::waitpid(made, &status, 0) != made || status != 0) give_up("openssl failed");
    run("postgres", "ALTER SYSTEM SET ssl = on");
    stop(SIGINT);
    start();
    return data + "/server.crt";
  }

  int port() const { return port_; }
  std::string url(const std::string& database, int port = 0) const {
    return "postgres://ff@127.0.0.1:" + std::to_string(port == 0 ? port_ : port) + "/" + database;
  }
  /// A fresh, empty database; its name. With `like` a copy of that one.
  std::string make_database(const std::string& like = "template0") {
    std::string name = "shop" + std::to_string(++databases_);
    run("postgres", "CREATE DATABASE " + name + " TEMPLATE " + like);
    return name;
  }
  /// Runs one statement; the first column of the first row, or nothing.
  std::string run(const std::string& database, const std::string& sql) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url(database).c_str()),
                                                                  PQfinish);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()),
                                                               PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      give_up(sql + ": " + PQerrorMessage(connection.get()));
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
  }

 private:
  /// Who the server runs as: it refuses to be root.
  static const passwd* server_user() { return ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr; }

  [[noreturn]] static void give_up(const std::string& why) {
    std::fprintf(stderr, "PostgreSQL for the tests: %s (Debian package postgresql-15)\n", why.c_str());
    std::abort();
  }

  pid_t spawn(std::vector<std::string> command) {
    const passwd* user = server_user();
    const bool of_the_server = command.front().front() != '/';
    const std::string program = (of_the_server ? "/usr/lib/postgresql/15/bin/" : "") + command.front();
    const std::string log = folder_ + "/log";
    std::vector<char*> arguments;
    for (std::string& part : command)
      arguments.push_back(part.data());
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (user && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
      ::_exit(1);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::chdir(folder_.c_str()) != 0) ::_exit(1);
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (out < 0 || ::dup2(out, STDOUT_FILENO) < 0 || ::dup2(out, STDERR_FILENO) < 0) ::_exit(1);
    ::execv(program.c_str(), arguments.data());
    ::_exit(127);
  }

  std::string folder_;
  const int port_;
  const bool fsync_;
  pid_t server_ = 0;
  int databases_ = 0;
};

}  // namespace ff::postgres
