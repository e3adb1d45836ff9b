import { announce, browse, openMdns } from "./index.ts";

/*
 * A program that announces and looks, for tests beside real responders:
 *
 *   neighbour announce NAME TYPE PORT | neighbour browse TYPE
 *
 * browse prints a line of JSON for each service found or lost.
 */
// Being found keeps no program alive: this one waits to be ended.
process.stdin.resume();
const [role, ...args] = process.argv.slice(2);
const link = await openMdns();
const line = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
if (role === "announce") {
  const [name = "", type = "", port = "0"] = args;
  const { name: taken } = await announce(link, { name, type, port: Number(port), txt: { path: "/", role: "viewer" } });
  line({ announced: taken });
} else
  browse(link, args[0]!, { found: (service) => line({ found: service }), lost: (service) => line({ lost: service }) });
