// Vendure as its guides set it up: PostgreSQL, the default job queue, search and scheduler, the dummy payment handler.
const { DefaultJobQueuePlugin, DefaultLogger, DefaultSchedulerPlugin, DefaultSearchPlugin, LogLevel, dummyPaymentHandler } =
  require("@vendure/core");

const filling = process.env.FILLING === "1"; // making the shop that is then measured: tables, and its many jobs at once
const database = new URL(process.env.DATABASE_URL);

exports.config = {
  apiOptions: { hostname: "127.0.0.1", port: Number(process.env.PORT || 3000), adminApiPath: "admin-api", shopApiPath: "shop-api" },
  authOptions: {
    tokenMethod: "cookie",
    superadminCredentials: { identifier: "superadmin", password: "only-on-loopback" },
    cookieOptions: { secret: "only-on-loopback" },
  },
  dbConnectionOptions: {
    type: "postgres",
    synchronize: filling,
    logging: false,
    host: database.hostname,
    port: Number(database.port),
    username: database.username,
    database: database.pathname.slice(1),
    schema: "public",
  },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  logger: new DefaultLogger({ level: LogLevel.Warn }),
  customFields: {},
  plugins: [
    DefaultSchedulerPlugin.init(),
    DefaultJobQueuePlugin.init({ useDatabaseForBuffer: true, pollInterval: filling ? 5 : 200 }),
    DefaultSearchPlugin.init({ bufferUpdates: false, indexStockStatus: true }),
  ],
};
