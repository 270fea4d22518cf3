#include "storm/crowd.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <deque>
#include <fstream>
#include <optional>
#include <queue>
#include <system_error>

#include "base/random.h"
#include "base/text.h"
#include "storm/socket.h"

namespace ff::storm {

namespace {

constexpr std::size_t kReceiveBytes = 256 * 1024;
constexpr int kEventsAtOnce = 512;
constexpr std::chrono::minutes kSaleMax{10};  // of a run to the end
constexpr double kReturnSpread = 0.1;         // who is told to come again does so up to that share later

using Span = std::chrono::duration<double>;
SteadyClock::duration steady(Span span) { return std::chrono::duration_cast<SteadyClock::duration>(span); }

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  double unit() { return static_cast<double>(random_.next() >> 11) * 0x1p-53; }
  Span exponential(Span mean) { return mean * -std::log1p(-unit()); }
  std::size_t below(std::size_t bound) { return random_.below(bound); }
  bool happens(double share) { return unit() < share; }

 private:
  SeededRandom random_;
};

/// A place in the crowd: one shopper after the other has it.
struct Place {
  Shopper shopper;
  Socket socket;
  Answer answer;
  std::string request;              // while it is being sent or answered
  std::size_t sent = 0;             // of it
  std::uint32_t visit = 0;          // changes with each shopper; older timers are stale
  std::uint32_t connection = 0;     // changes with each; older events are stale
  std::uint32_t request_count = 0;  // of the visit; older patience is stale
  Moment intended{};                // start of the request that is under way
  int told = 0;                     // how often it was told to come again
  std::size_t target = 0;
  bool taken = false, asking = false;
  bool fresh = false;  // the connection was made for this request
};

class Crowd {
 public:
  Crowd(const Settings& settings, const Shop& shop, const Goods& goods)
      : settings_(settings),
        shop_(shop),
        goods_(goods),
        dice_(settings.seed),
        places_(settings.shoppers),
        begins_(SteadyClock::now()),
        window_begins_(begins_ + steady(settings.warm_up)),
        window_ends_(window_begins_ + steady(settings.window)),
        tally_(window_begins_, settings.to_the_end ? begins_ + kSaleMax : window_ends_) {
    for (const std::string& target : settings.targets)
      endpoints_.push_back(loopback_endpoint(target));
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
    for (std::size_t place = places_.size(); place-- > 0;)
      free_.push_back(static_cast<std::uint32_t>(place));
    if (!settings.orders_file.empty()) orders_.open(settings.orders_file, std::ios::app);
  }
  Crowd(const Crowd&) = delete;
  ~Crowd() { ::close(epoll_); }

  std::string run() {
    next_arrival_ = begins_;
    while (!over()) {
      arrivals();
      wake();
      lose_patience();
      listen();
    }
    return tally_.json();
  }

 private:
  struct Alarm {
    Moment at;
    std::uint32_t place, visit;
    bool operator>(const Alarm& other) const { return at > other.at; }
  };
  struct Patience {
    Moment ends;
    std::uint32_t place, visit, request;
  };

  bool over() const {
    const Moment now = SteadyClock::now();
    if (settings_.to_the_end) {
      return now >= begins_ + kSaleMax || (no_more_arrivals(now) && free_.size() == places_.size());
    }
    return now >= window_ends_ && counted_ == 0;
  }
  bool open_loop() const { return settings_.arrivals_per_second > 0; }
  bool no_more_arrivals(Moment now) const {
    return arrived_ >= settings_.arrivals_max || (settings_.to_the_end && now >= window_ends_);
  }

  void arrivals() {
    const Moment now = SteadyClock::now();
    if (!open_loop()) {
      while (!free_.empty() && !no_more_arrivals(now))
        arrive(now);
      return;
    }
    while (next_arrival_ <= now && !no_more_arrivals(now)) {
      tally_.lagged(next_arrival_, SteadyClock::now());
      if (free_.empty()) {
        ++arrived_;
        tally_.overcrowded(next_arrival_);
      } else {
        arrive(next_arrival_);
      }
      next_arrival_ += steady(dice_.exponential(Span(1 / settings_.arrivals_per_second)));
    }
  }

  void arrive(Moment at) {
    const std::uint32_t index = free_.back();
    free_.pop_back();
    Place& place = places_[index];
    place.taken = true;
    place.told = 0;
    place.target = arrived_ % endpoints_.size();
    place.shopper.number = arrived_++;
    place.shopper.product = dice_.happens(settings_.hot) ? 0 : dice_.below(goods_.products.size());
    place.shopper.collection = dice_.below(goods_.collections.size());
    place.shopper.search = dice_.below(goods_.searches.size());
    place.shopper.searches = dice_.happens(settings_.searching);
    place.shopper.step = Step::kHome;
    place.shopper.part = 0;
    place.shopper.cookies.clear();
    tally_.arrived(at);
    ask(index, at);
  }

  void leave(std::uint32_t index, Exit exit, Moment now) {
    Place& place = places_[index];
    tally_.left(exit, now);
    place.socket.close();
    place.taken = false;
    ++place.visit;
    free_.push_back(index);
  }

  // --- one request ------------------------------------------------------------------------------------

  static Class class_of(Step step) {
    switch (step) {
      case Step::kSearch:
        return Class::kSearch;
      case Step::kAdd:
        return Class::kCart;
      case Step::kCheckout:
        return Class::kCheckout;
      default:
        return Class::kBrowse;
    }
  }

  void ask(std::uint32_t index, Moment intended) {
    Place& place = places_[index];
    place.asking = true;
    place.intended = intended;
    ++place.request_count;
    counted_ += tally_.counts(intended);
    place.request.clear();
    shop_.write(place.shopper, settings_.host.empty() ? settings_.targets[place.target] : settings_.host,
                place.request);
    patience_.push_back(
        {SteadyClock::now() + steady(settings_.patience), index, place.visit, place.request_count});
    send_anew(index, !place.socket.open());
  }

  void send_anew(std::uint32_t index, bool connect) {
    Place& place = places_[index];
    place.sent = 0;
    place.fresh = connect;
    place.answer.begin(place.shopper.step >= Step::kAdd);
    if (connect &&
        !place.socket.connect(endpoints_[place.target], static_cast<std::uint32_t>(place.shopper.number),
                              epoll_, std::uint64_t{++place.connection} << 32 | index)) {
      return end(index, Ending::kUnconnected);
    }
    if (!connect) write(index);
  }

  void write(std::uint32_t index) {
    Place& place = places_[index];
    if (place.sent == place.request.size()) return;
    const std::int64_t sent = place.socket.send(std::string_view(place.request).substr(place.sent));
    if (sent < 0) return lost(index);
    place.sent += static_cast<std::size_t>(sent);
  }

  void event(std::uint32_t index, std::uint32_t connection, std::uint32_t events) {
    Place& place = places_[index];
    if (place.connection != connection || !place.socket.open()) return;  // it was of an earlier one
    if (!place.socket.heard(events)) {
      place.socket.close();
      return end(index, Ending::kUnconnected);
    }
    if (!place.socket.connected()) return;
    if (place.asking) write(index);
    if (place.connection == connection && place.socket.open()) read(index);
  }

  void read(std::uint32_t index) {
    Place& place = places_[index];
    for (;;) {
      const std::int64_t got = place.socket.receive(received_.data(), received_.size());
      if (got == 0) return;
      if (!place.asking)
        return place.socket.close();  // ended while nothing was asked: the next request connects
      if (got < 0) return lost(index);
      const auto state = place.answer.take({received_.data(), static_cast<std::size_t>(got)});
      if (state == Answer::State::kBroken) {
        place.socket.close();
        return end(index, Ending::kOdd);
      }
      if (state == Answer::State::kDone) return answered(index);
    }
  }

  /// The connection has ended while an answer was awaited.
  void lost(std::uint32_t index) {
    Place& place = places_[index];
    place.socket.close();
    if (place.answer.begun() && place.answer.end() == Answer::State::kDone) return answered(index);
    // A kept connection may end just when it is used again; a browser then asks once more on a new one.
    if (!place.fresh && !place.answer.begun()) return send_anew(index, true);
    end(index, Ending::kReset);
  }

  void answered(std::uint32_t index) {
    Place& place = places_[index];
    if (!place.answer.keeps_alive()) place.socket.close();
    keep_cookies(place);
    const int status = place.answer.status();
    const std::string_view when = place.answer.field("Retry-After");
    if (status == 503 || status == 429 || (status == 409 && !when.empty())) {
      return end(index, when.empty() ? Ending::kBare : Ending::kTold);
    }
    end(index, status >= 500 ? Ending::kFault : shop_.judge(place.shopper, place.answer));
  }

  static void keep_cookies(Place& place) {
    place.answer.fields("Set-Cookie", [&](std::string_view field) {
      const std::string_view pair = field.substr(0, field.find(';'));
      const std::size_t equals = std::min(pair.find('='), pair.size());
      const std::string_view name = pair.substr(0, equals),
                             value = pair.substr(std::min(equals + 1, pair.size()));
      for (auto& [known, kept] : place.shopper.cookies) {
        if (known == name) return static_cast<void>(kept = value);
      }
      place.shopper.cookies.emplace_back(name, value);
    });
  }

  // --- what follows from its ending -------------------------------------------------------------------

  bool last_request(const Shopper& shopper) const {
    return shopper.step == Step::kCheckout && shopper.part + 1 == shop_.checkout_parts();
  }

  void end(std::uint32_t index, Ending ending) {
    Place& place = places_[index];
    const Moment now = SteadyClock::now();
    const bool bought = ending == Ending::kOk && last_request(place.shopper);
    place.asking = false;
    counted_ -= tally_.counts(place.intended);
    tally_.ended(class_of(place.shopper.step), ending, place.intended, now, bought);
    if (ending == Ending::kOk) {
      if (!bought) return go_on(index, now);
      if (orders_.is_open()) orders_ << shop_.order_of(place.answer) << '\n';
      return leave(index, Exit::kBought, now);
    }
    if (ending == Ending::kSoldOut) return leave(index, Exit::kSoldOut, now);
    if (ending == Ending::kTold) {
      if (++place.told > settings_.tries) return leave(index, Exit::kGaveUp, now);
      return come_again(index, now, told_to_wait(place));
    }
    const bool unanswered = ending >= Ending::kTimeout;
    if (settings_.persistent && unanswered && ++place.told <= settings_.tries) {
      place.socket.close();
      place.target = (place.target + 1) % endpoints_.size();
      return come_again(index, now, Span(1));
    }
    leave(index, Exit::kLost, now);
  }

  Span told_to_wait(const Place& place) const {
    return Span(static_cast<double>(parse_int(place.answer.field("Retry-After")).value_or(1)));
  }

  void come_again(std::uint32_t index, Moment now, Span wait) {
    alarm(index, now + steady(wait * (1 + kReturnSpread * dice_.unit())));
  }

  void go_on(std::uint32_t index, Moment now) {
    Shopper& shopper = places_[index].shopper;
    if (shopper.step == Step::kCheckout) {
      ++shopper.part;
      return ask(index, now);  // a page's own next request: nobody thinks
    }
    shopper.step = static_cast<Step>(static_cast<int>(shopper.step) + 1);
    if (shopper.step == Step::kSearch && !shopper.searches) shopper.step = Step::kProduct;
    alarm(index, now + steady(dice_.exponential(settings_.think)));
  }

  void alarm(std::uint32_t index, Moment at) { alarms_.push({at, index, places_[index].visit}); }

  // --- time -------------------------------------------------------------------------------------------

  void wake() {
    while (!alarms_.empty()) {
      const Alarm alarm = alarms_.top();
      const Moment now = SteadyClock::now();
      if (alarm.at > now) return;
      alarms_.pop();
      if (places_[alarm.place].visit != alarm.visit) continue;
      tally_.lagged(alarm.at, now);
      ask(alarm.place, alarm.at);
    }
  }

  void lose_patience() {
    const Moment now = SteadyClock::now();
    while (!patience_.empty()) {
      const Patience first = patience_.front();
      Place& place = places_[first.place];
      if (first.ends > now) return;
      patience_.pop_front();
      if (place.visit != first.visit || place.request_count != first.request || !place.asking) continue;
      place.socket.close();
      end(first.place, Ending::kTimeout);
    }
  }

  /// Until something is to be done, or until something has happened.
  void listen() {
    Moment until = SteadyClock::now() + std::chrono::milliseconds(10);
    if (open_loop()) until = std::min(until, next_arrival_);
    if (!alarms_.empty()) until = std::min(until, alarms_.top().at);
    const auto wait = std::max(SteadyClock::duration::zero(), until - SteadyClock::now());
    const timespec timeout{
        0, static_cast<long>(std::chrono::duration_cast<std::chrono::nanoseconds>(wait).count())};
    epoll_event events[kEventsAtOnce];
    const int count = ::epoll_pwait2(epoll_, events, kEventsAtOnce, &timeout, nullptr);
    for (int i = 0; i < count; ++i) {
      const std::uint64_t key = events[i].data.u64;
      event(static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32), events[i].events);
    }
  }

  const Settings& settings_;
  const Shop& shop_;
  const Goods& goods_;
  Dice dice_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> free_;
  std::vector<sockaddr_in> endpoints_;
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
  std::deque<Patience> patience_;  // in the order in which it ends: all have the same
  std::vector<char> received_ = std::vector<char>(kReceiveBytes);
  std::ofstream orders_;
  const Moment begins_, window_begins_, window_ends_;
  Tally tally_;
  Moment next_arrival_{};
  std::uint64_t arrived_ = 0;
  std::uint64_t counted_ = 0;  // requests under way that count
  int epoll_ = -1;
};

}  // namespace

std::string run(const Settings& settings, const Shop& shop, const Goods& goods) {
  return Crowd(settings, shop, goods).run();
}

}  // namespace ff::storm
