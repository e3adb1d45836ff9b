import { createRequire } from "node:module";

/* The npm package mdns-js as a neighbour: looks for pages, and announces one of its own. */
interface MdnsJs {
  tcp(name: string): unknown;
  createBrowser(type: unknown): {
    on(event: "ready", listener: () => void): void;
    on(event: "update", listener: (data: { port?: number; addresses: string[] }) => void): void;
    discover(): void;
  };
  createAdvertisement(type: unknown, port: number, options: { name: string }): { start(): void };
}

const mdns = createRequire(import.meta.url)("mdns-js") as MdnsJs;
const browser = mdns.createBrowser(mdns.tcp("delos"));
// It would ask once, and nobody says the same thing twice within a second (RFC 6762 §6): asked just after it was said, it never hears.
browser.on("ready", () => {
  browser.discover();
  setInterval(() => browser.discover(), 1500);
});
browser.on("update", ({ port, addresses }) => {
  if (port !== undefined) process.stdout.write(`${JSON.stringify({ port, address: addresses[0] })}\n`);
});
mdns.createAdvertisement(mdns.tcp("http"), 7777, { name: "js" }).start();
