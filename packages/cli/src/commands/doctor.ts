import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readFileSync, statfsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import process from "node:process";
import { describeError } from "@delos/core";
import { domainOf, type OpenBus, openBus } from "../bus.ts";
import { BUS_HELP, BUS_OPTIONS, positionals, texts } from "../bus-options.ts";
import { line } from "../bus-text.ts";
import type { Command, CommandContext } from "../command.ts";

/** One thing looked at. `warn`: works, with a limit that the text names. */
export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warn" | "fail";
  readonly detail: string;
}

const GROUP = "239.255.0.1";
const PROBE_MS = 1000;

export const doctorCommands = (open: OpenBus): readonly Command[] => [
  {
    name: "doctor",
    usage: "doctor [--domain N] [--interface NAME] [--dry-run] [--json]",
    summary: "Look whether this machine and the bus are in order",
    description: `
Looks at Node.js, shared memory (and removes what dead processes left there, unless --dry-run), the network cards, multicast (by sending and
receiving a packet on each card), the socket buffers, and who is on the bus. Ends with status 1 when something does not work.`,
    examples: ["delos doctor", "delos doctor --dry-run --json"],
    options: { ...BUS_OPTIONS, "dry-run": { type: "boolean" } },
    optionHelp: { ...BUS_HELP, "dry-run": "Only tell what dead processes left in /dev/shm" },
    async run(context) {
      positionals(context, this.usage);
      const keep = context.values["dry-run"] === true;
      const memory = await memoryBetweenProcesses(keep);
      const findings: Finding[] = [nodeVersion(), sharedMemory(), ...memory, socketBuffers()];
      const cards = cardsOf(texts(context.values, "interface"));
      findings.push(cardsFinding(cards));
      for (const card of cards) findings.push(await multicast(card.name, card.address));
      // Who joins a bus in shared memory removes what is dead there.
      const joining = keep ? { ...context, values: { ...context.values, transport: "rtps" } } : context;
      findings.push(...(await bus(joining, open)));
      const ok = findings.every(({ status }) => status !== "fail");
      if (context.json) line(context, { ok, domain: domainOf(context), checks: findings });
      else {
        const signs = { ok: "ok  ", warn: "warn", fail: "FAIL" };
        context.out.write(findings.map((each) => `${signs[each.status]}  ${each.name}: ${each.detail}\n`).join(""));
      }
      return ok ? 0 : 1;
    },
  },
];

export const commands: readonly Command[] = doctorCommands(openBus);

function nodeVersion(): Finding {
  const [major, minor] = process.versions.node.split(".").map(Number) as [number, number];
  const enough = major > 20 || (major === 20 && minor >= 19);
  return {
    name: "node",
    status: enough ? "ok" : "fail",
    detail: `${process.version}${enough ? "" : ": at least 20.19 is needed"}, ${process.platform} ${process.arch}`,
  };
}

/** Where rings between processes live on Linux. */
function sharedMemory(): Finding {
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    const megabytes = Math.floor((bavail * bsize) / 2 ** 20);
    const small = megabytes < 64;
    return {
      name: "/dev/shm",
      status: small ? "warn" : "ok",
      detail: `${megabytes} MiB free${small ? ": little; samples that do not fit are dropped and counted" : ""}`,
    };
  } catch (error) {
    return {
      name: "/dev/shm",
      status: "warn",
      detail: `not there (${describeError(error)}): only threads share memory, processes use RTPS`,
    };
  }
}

/** Whether this process can map memory with others; and what dead ones left, which is removed. */
async function memoryBetweenProcesses(keep: boolean): Promise<Finding[]> {
  const { surveyHostMemory } = await import("@delos/transport-shm");
  const { loadNative, loadOrdinaryView } = await import("@delos/transport-shm/mapped");
  const threads = (await loadOrdinaryView()) === undefined ? "" : ", threads copy as fast as C";
  const findings: Finding[] = [];
  try {
    await loadNative();
    findings.push({
      name: "mapped memory",
      status: "ok",
      detail: `koffi loads: processes of this host can share memory${threads}`,
    });
  } catch (error) {
    const detail = `${describeError(error)}; processes of this host use RTPS over loopback`;
    findings.push({ name: "mapped memory", status: "warn", detail });
  }
  const { folder, participants, segments, bytes, removed, elsewhere, strange } = surveyHostMemory({ keep });
  const megabytes = (count: number): string => `${(count / 2 ** 20).toFixed(1)} MiB`;
  const parts = [`${participants} participants with ${segments} segments, ${megabytes(bytes)}`];
  if (removed.participants > 0) {
    const what = `what ${removed.participants} dead ones had left, ${megabytes(removed.bytes)}`;
    parts.push(keep ? `to be removed is ${what}` : `removed ${what}`);
  }
  if (elsewhere.length > 0) parts.push(`of other PID namespaces, not looked into: ${elsewhere.join(", ")}`);
  if (strange.length > 0) parts.push(`not of Delos: ${strange.join(", ")}`);
  findings.push({ name: folder, status: strange.length > 0 ? "warn" : "ok", detail: parts.join("; ") });
  return findings;
}

/** Bursts of large messages need room: Linux' default holds 0.2 MB. */
function socketBuffers(): Finding {
  try {
    const bytes = Number(readFileSync("/proc/sys/net/core/rmem_max", "utf8"));
    const small = bytes < 2 ** 20;
    const hint = small ? ": large messages may need resending; sysctl -w net.core.rmem_max=4194304" : "";
    return { name: "socket buffers", status: small ? "warn" : "ok", detail: `at most ${bytes} bytes${hint}` };
  } catch {
    return { name: "socket buffers", status: "ok", detail: "this system does not tell its limit" };
  }
}

interface Card {
  readonly name: string;
  readonly address: string;
}

function cardsOf(wanted: readonly string[]): Card[] {
  return Object.entries(networkInterfaces())
    .flatMap(([name, addresses]) => (addresses ?? []).map((each) => ({ name, ...each })))
    .filter(({ family, name, address }) => {
      return family === "IPv4" && (wanted.length === 0 || wanted.includes(name) || wanted.includes(address));
    })
    .map(({ name, address }) => ({ name, address }));
}

function cardsFinding(cards: readonly Card[]): Finding {
  const list = cards.map(({ name, address }) => `${name} ${address}`).join(", ");
  return cards.length === 0
    ? { name: "interfaces", status: "fail", detail: "no network card with an IPv4 address, not even loopback" }
    : { name: "interfaces", status: "ok", detail: list };
}

/** Sends a packet to the group of DDS discovery on one card, and waits for it to come back. */
async function multicast(card: string, address: string): Promise<Finding> {
  const name = `multicast ${card}`;
  const sockets: Socket[] = [];
  try {
    const receiver = createSocket({ type: "udp4", reuseAddr: true });
    const sender = createSocket("udp4");
    sockets.push(receiver, sender);
    receiver.bind(0, "0.0.0.0");
    await once(receiver, "listening");
    receiver.addMembership(GROUP, address);
    sender.bind(0, address);
    await once(sender, "listening");
    sender.setMulticastInterface(address);
    sender.setMulticastLoopback(true);
    const word = `delos doctor ${process.pid} ${card}`;
    const heard = new Promise<boolean>((resolve) => {
      receiver.on("message", (bytes) => {
        if (bytes.toString() === word) resolve(true);
      });
      sockets.forEach((socket) => socket.on("error", () => resolve(false)));
      AbortSignal.timeout(PROBE_MS).addEventListener("abort", () => resolve(false));
    });
    sender.send(word, receiver.address().port, GROUP, () => {});
    return (await heard)
      ? { name, status: "ok", detail: `${GROUP} on ${address}: a packet came back` }
      : { name, status: "warn", detail: `${GROUP} on ${address}: nothing came back; name others by --peer` };
  } catch (error) {
    return { name, status: "warn", detail: `${address}: ${describeError(error)}; name others by --peer` };
  } finally {
    for (const socket of sockets) socket.close();
  }
}

async function bus(context: CommandContext, open: OpenBus): Promise<Finding[]> {
  const domain = domainOf(context);
  const name = `domain ${domain}`;
  try {
    await using opened = await open(context, "auto");
    await opened.discovered();
    const { participants, nodes, topics } = opened.graph;
    const who = participants.map((each) => `${each.name || each.id} (${each.vendor})`);
    const silent = topics.flatMap(({ name: topic, connections }) =>
      connections.flatMap(({ mismatches }) => mismatches.map(({ explanation }) => `${topic}: ${explanation}`)),
    );
    return [
      {
        name,
        status: "ok",
        detail: `${participants.length} others, ${nodes.length} nodes, ${topics.length} topics${who.length > 0 ? `: ${who.join(", ")}` : ""}`,
      },
      ...silent.map((detail): Finding => ({ name: "quality of service", status: "warn", detail })),
    ];
  } catch (error) {
    context.signal.throwIfAborted();
    return [{ name, status: "fail", detail: describeError(error) }];
  }
}
