// populate.js PRODUCTS.csv COLLECTIONS.json: makes the tables and the shop. Collections are chosen by the facet of their name.
const fs = require("node:fs");
const { bootstrap, LanguageCode } = require("@vendure/core");
const { populate } = require("@vendure/core/cli");
const { config } = require("./config");

const [products, collections] = process.argv.slice(2);
const shop = {
  defaultLanguage: LanguageCode.en,
  defaultZone: "Europe",
  countries: [
    { name: "Germany", code: "DE", zone: "Europe" },
    { name: "Austria", code: "AT", zone: "Europe" },
  ],
  taxRates: [{ name: "Standard Tax", percentage: 19 }],
  shippingMethods: [
    { name: "Standard", price: 490 },
    { name: "Express", price: 1290 },
  ],
  paymentMethods: [
    {
      name: "Standard Payment",
      handler: { code: "dummy-payment-handler", arguments: [{ name: "automaticSettle", value: "true" }] },
    },
  ],
  collections: JSON.parse(fs.readFileSync(collections, "utf8")).map((name) => ({
    name,
    filters: [{ code: "facet-value-filter", args: { facetValueNames: [name], containsAny: false } }],
  })),
};

populate(() => bootstrap(config), shop, products)
  .then((app) => app.close())
  .then(
    () => process.exit(0),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
