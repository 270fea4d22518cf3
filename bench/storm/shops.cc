#include "storm/shops.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ff::storm {

Goods Goods::read(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("can't read " + path);
  Goods goods;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind, first, second;
    words >> kind >> first >> second;
    if (kind == "product" && !second.empty()) {
      goods.products.push_back({first, second});
    } else if (kind == "collection" && !first.empty()) {
      goods.collections.push_back(first);
    } else if (kind == "search" && !first.empty()) {
      goods.searches.push_back(first);
    } else if (!line.empty()) {
      throw std::runtime_error(path + ": what is this? " + line);
    }
  }
  if (goods.products.empty() || goods.collections.empty() || goods.searches.empty()) {
    throw std::runtime_error(path + " must name a product, a collection and a search at least");
  }
  return goods;
}

namespace {

void write_cookies(const Shopper& shopper, std::string& out) {
  if (shopper.cookies.empty()) return;
  out += "Cookie: ";
  for (std::size_t i = 0; i < shopper.cookies.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{}{}={}", i == 0 ? "" : "; ", shopper.cookies[i].first,
                   shopper.cookies[i].second);
  }
  out += "\r\n";
}

/// A page, as a browser asks for it.
void get(const Shopper& shopper, std::string_view host, std::string_view target, std::string& out) {
  fmt::format_to(std::back_inserter(out), "GET {} HTTP/1.1\r\nHost: {}\r\n", target, host);
  write_cookies(shopper, out);
  out += "Accept: text/html,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate, br\r\nUser-Agent: storm\r\n\r\n";
}

void post(const Shopper& shopper, std::string_view host, std::string_view target, std::string_view type,
          std::string_view more, std::string_view body, std::string& out) {
  fmt::format_to(std::back_inserter(out), "POST {} HTTP/1.1\r\nHost: {}\r\n{}", target, host, more);
  write_cookies(shopper, out);
  fmt::format_to(std::back_inserter(out),
                 "Content-Type: {}\r\nContent-Length: {}\r\nUser-Agent: storm\r\n\r\n{}", type, body.size(),
                 body);
}

/// The pages that ours and Flask's shop have under the same names.
void get_page(const Shopper& shopper, const Goods& goods, std::string_view host, std::string& out) {
  switch (shopper.step) {
    case Step::kHome:
      return get(shopper, host, "/", out);
    case Step::kCollection:
      return get(shopper, host, "/collections/" + goods.collections[shopper.collection], out);
    case Step::kSearch:
      return get(shopper, host, "/search?q=" + goods.searches[shopper.search], out);
    default:
      return get(shopper, host, "/products/" + goods.products[shopper.product].handle, out);
  }
}

Ending judge_page(const Answer& answer) { return answer.status() == 200 ? Ending::kOk : Ending::kOdd; }

/// The pages as HTML, the purchase through the API, with an Idempotency-Key.
class Ours final : public Shop {
 public:
  Ours(const Goods& goods, bool by_card, std::uint64_t run) : goods_(goods), by_card_(by_card), run_(run) {}

  void write(const Shopper& shopper, std::string_view host, std::string& out) const override {
    if (shopper.step < Step::kAdd) return get_page(shopper, goods_, host, out);
    const std::string cart = fmt::format("{:016x}{:016x}", run_, shopper.number);
    const std::string_view variant = goods_.products[shopper.product].variant;
    const std::string key = fmt::format("Accept: application/json\r\nIdempotency-Key: {}{}\r\n",
                                        shopper.step == Step::kAdd ? "add-" : "", cart);
    if (shopper.step == Step::kAdd) {
      return post(shopper, host, "/api/v1/carts/" + cart + "/lines", kJson, key,
                  fmt::format(R"({{"variant_id":{},"quantity":1}})", variant), out);
    }
    post(shopper, host, "/api/v1/checkouts", kJson, key,
         fmt::format(
             R"({{"cart_id":"{}","lines":[{{"variant_id":{},"quantity":1}}],"email":"ada@example.com",)"
             R"("address":{{"name":"Ada Lovelace","line1":"Hauptstrasse 1","city":"Berlin",)"
             R"("postcode":"10115","country":"DE"}},"delivery_method":"standard","payment":{}}})",
             cart, variant, by_card_ ? kCard : kOnDelivery),
         out);
  }

  Ending judge(const Shopper& shopper, const Answer& answer) const override {
    if (shopper.step < Step::kAdd) return judge_page(answer);
    if (answer.status() == 409 && answer.body().find("/sold-out\"") != std::string_view::npos)
      return Ending::kSoldOut;
    return answer.status() >= 200 && answer.status() < 300 ? Ending::kOk : Ending::kOdd;
  }

  std::string order_of(const Answer& answer) const override {
    std::string_view location = answer.field("Location");
    return std::string(location.substr(location.rfind('/') + 1));
  }

 private:
  static constexpr std::string_view kJson = "application/json";
  static constexpr std::string_view kOnDelivery = R"({"method":"on_delivery"})";
  static constexpr std::string_view kCard =
      R"({"method":"card","card":{"number":"4242424242424242","expiry":"12/40","cvc":"123"}})";
  const Goods& goods_;
  const bool by_card_;
  const std::uint64_t run_;
};

/// Forms, as a browser sends them; the cart is known by the session's cookie. Redirects are not followed: one
/// request less for the shop.
class Flask final : public Shop {
 public:
  explicit Flask(const Goods& goods) : goods_(goods) {}

  void write(const Shopper& shopper, std::string_view host, std::string& out) const override {
    if (shopper.step < Step::kAdd) return get_page(shopper, goods_, host, out);
    if (shopper.step == Step::kAdd) {
      return post(shopper, host, "/cart/items", kForm, {},
                  fmt::format("variant_id={}&quantity=1", goods_.products[shopper.product].variant), out);
    }
    post(shopper, host, "/checkout", kForm, {},
         "email=ada%40example.com&name=Ada+Lovelace&address=Hauptstrasse+1&city=Berlin&postcode=10115&"
         "country=DE"
         "&payment=on_delivery",
         out);
  }

  Ending judge(const Shopper& shopper, const Answer& answer) const override {
    if (shopper.step < Step::kAdd) return judge_page(answer);
    if (answer.status() != 302) return answer.status() == 409 ? Ending::kSoldOut : Ending::kOdd;
    return shopper.step == Step::kAdd || !order_of(answer).empty() ? Ending::kOk : Ending::kOdd;
  }

  std::string order_of(const Answer& answer) const override {
    const std::string_view location = answer.field("Location");
    const std::size_t at = location.find("/orders/");
    return at == std::string_view::npos ? std::string() : std::string(location.substr(at + 8));
  }

 private:
  static constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  const Goods& goods_;
};

/// GraphQL, with the queries of a storefront; the order that is being made is known by the session's cookie.
class Vendure final : public Shop {
 public:
  explicit Vendure(const Goods& goods) : goods_(goods) {}

  int checkout_parts() const override { return static_cast<int>(kCheckout.size()); }

  void write(const Shopper& shopper, std::string_view host, std::string& out) const override {
    post(shopper, host, "/shop-api", "application/json", "Accept: application/json\r\n",
         fmt::format(R"({{"query":"{}"}})", query(shopper)), out);
  }

  Ending judge(const Shopper& shopper, const Answer& answer) const override {
    const std::string_view body = answer.body();
    if (answer.status() != 200) return Ending::kOdd;
    if (body.find("INSUFFICIENT_STOCK") != std::string_view::npos) return Ending::kSoldOut;
    if (body.find("\"errors\"") != std::string_view::npos) return Ending::kFault;
    if (body.find("\"errorCode\"") != std::string_view::npos) return Ending::kOdd;
    if (shopper.step == Step::kCheckout && shopper.part + 1 == checkout_parts() && order_of(answer).empty()) {
      return Ending::kOdd;
    }
    return Ending::kOk;
  }

  std::string order_of(const Answer& answer) const override {
    const std::string_view body = answer.body(), name = "\"code\":\"";
    if (body.find("\"state\":\"PaymentSettled\"") == std::string_view::npos) return {};
    const std::size_t at = body.find(name);
    if (at == std::string_view::npos) return {};
    return std::string(body.substr(at + name.size(), body.find('"', at + name.size()) - at - name.size()));
  }

 private:
  std::string query(const Shopper& shopper) const {
    switch (shopper.step) {
      case Step::kHome:
        return list("");
      case Step::kCollection:
        return list(fmt::format(R"(,collectionSlug:\"{}\")", goods_.collections[shopper.collection]));
      case Step::kSearch:
        return list(fmt::format(R"(,term:\"{}\")", goods_.searches[shopper.search]));
      case Step::kProduct:
        return fmt::format(
            R"({{product(slug:\"{}\"){{id slug name description optionGroups{{name options{{name}}}} )"
            R"(variants{{id sku name priceWithTax currencyCode stockLevel options{{name}}}}}}}})",
            goods_.products[shopper.product].handle);
      case Step::kAdd:
        return fmt::format(
            R"(mutation{{addItemToOrder(productVariantId:\"{}\",quantity:1){{__typename )"
            R"(...on Order{{code totalWithTax lines{{id quantity productVariant{{id name}}}}}} )"
            R"(...on ErrorResult{{errorCode message}}}}}})",
            goods_.products[shopper.product].variant);
      case Step::kCheckout:
        break;
    }
    if (shopper.part > 0) return std::string(kCheckout[static_cast<std::size_t>(shopper.part)]);
    return fmt::format(R"(mutation{{setCustomerForOrder(input:{{firstName:\"Ada\",lastName:\"Lovelace\",)"
                       R"(emailAddress:\"ada{}@example.com\"}}){{__typename ...on Order{{code}} )"
                       R"(...on ErrorResult{{errorCode message}}}}}})",
                       shopper.number);
  }

  static std::string list(std::string_view more) {
    return fmt::format(
        R"({{search(input:{{take:24,groupByProduct:true{}}}){{totalItems items{{productName slug )"
        R"(description inStock productAsset{{preview}} )"
        R"(priceWithTax{{...on PriceRange{{min max}} ...on SinglePrice{{value}}}}}}}}}})",
        more);
  }

  static constexpr std::array<std::string_view, 6> kCheckout{
      "",  // the customer, see query()
      R"(mutation{setOrderShippingAddress(input:{fullName:\"Ada Lovelace\",streetLine1:\"Hauptstrasse 1\",)"
      R"(city:\"Berlin\",postalCode:\"10115\",countryCode:\"DE\"}){__typename ...on Order{code} )"
      R"(...on ErrorResult{errorCode message}}})",
      R"({eligibleShippingMethods{id name priceWithTax}})",
      R"(mutation{setOrderShippingMethod(shippingMethodId:[\"1\"]){__typename ...on Order{code} )"
      R"(...on ErrorResult{errorCode message}}})",
      R"(mutation{transitionOrderToState(state:\"ArrangingPayment\"){__typename ...on Order{code state} )"
      R"(...on ErrorResult{errorCode message}}})",
      R"(mutation{addPaymentToOrder(input:{method:\"standard-payment\",metadata:{}}){__typename )"
      R"(...on Order{code state} ...on ErrorResult{errorCode message}}})"};
  const Goods& goods_;
};

}  // namespace

std::unique_ptr<Shop> make_shop(std::string_view kind, const Goods& goods, bool by_card, std::uint64_t run) {
  if (kind == "ours") return std::make_unique<Ours>(goods, by_card, run);
  if (kind == "flask") return std::make_unique<Flask>(goods);
  if (kind == "vendure") return std::make_unique<Vendure>(goods);
  return nullptr;
}

}  // namespace ff::storm
