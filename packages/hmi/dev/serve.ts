import process from "node:process";
import { startMockServer } from "./mock-server.ts";

// `npx tsx packages/hmi/dev/serve.ts [port]`: the built page with the made-up drive, for working on the page alone.
const server = await startMockServer({ port: Number(process.argv[2] ?? 8890), map: true });
process.stdout.write(`HMI: ${server.url}\n`);
