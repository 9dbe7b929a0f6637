// Starts the npm double on the port given as the first argument and says so on standard output; ends with its input.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const TelegramServer = require("telegram-test-api");
const server = new TelegramServer({ port: Number(process.argv[2]), host: "127.0.0.1" });
await server.start();
process.stdout.write("ready\n");
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
