/**
 * Keeps many connections busy: `greedy-client.ts PORT CONNECTIONS SECONDS REQUEST`. Prints when it has begun, and at the
 * end how long its requests waited on average, ms. It is a process of its own, so that others can measure beside it.
 */
import { sendAgain } from "./sent-again.ts";

const [, , port, connections, seconds, request = ""] = process.argv;
const clients = Array.from({ length: Number(connections) }, () => sendAgain(Number(port), request, "127.0.0.1", 0));
await Bun.sleep(1000);
console.log("begun");
await Bun.sleep(1000 * Number(seconds));
const waits = clients.flatMap((client) => client.waits);
console.log(waits.reduce((sum, wait) => sum + wait, 0) / waits.length);
process.exit();
