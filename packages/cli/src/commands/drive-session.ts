import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { messageCodecs } from "@delos/bag";
import { type BridgeOptions, openBridge } from "@delos/bridge";
import { type EventMap, Events, Lifetime, onAbort } from "@delos/core";
import { type Launch, launch, open, readLaunchFile } from "@delos/runtime";
import { ROADS } from "@delos/sim/live/roads";
import { inProcess } from "@delos/transport";
import { sharedMemory } from "@delos/transport-shm";
import type { CommandContext, ExitStatus } from "../command.ts";
import { version } from "../program.ts";
import { announcePage } from "./page-announcement.ts";
import { tellOfPage } from "./page-security.ts";

type Operation = NonNullable<BridgeOptions["operation"]>;
type ModuleControl = Operation["modules"];

/** Keeps the threads of this launch apart from others of the same process. */
const DOMAIN = 232;
const NEEDED = ["car", "canbus", "localization", "control", "guardian", "monitor"];
const NAMES = {
  car: "Simulated car",
  canbus: "CAN Bus",
  localization: "Localization",
  control: "Control",
  guardian: "Guardian",
  monitor: "Monitor",
  player: "Player",
  recorder: "Recorder",
};

/** A live drive behind the page: Apollo's chain with a simulated car, led from the page, until Ctrl-C. */
export async function runDrive(
  context: CommandContext,
  options: {
    readonly port: number;
    readonly host: string | undefined;
    readonly security: NonNullable<BridgeOptions["security"]>;
    /** Recordings and logs of the drive. */
    readonly dataFolder: string;
  },
): Promise<ExitStatus> {
  const { port, host, security, dataFolder } = options;
  mkdirSync(dataFolder, { recursive: true });
  const file = `${dataFolder}/garage.csv`;
  await using lifetime = new Lifetime();
  const runtime = lifetime.own(
    await open({
      name: "delos start --drive",
      codecs: messageCodecs(),
      transports: [inProcess(), sharedMemory({ domain: String(DOMAIN) })],
    }),
  );
  const roads = Object.keys(ROADS);
  const modules = lifetime.own(await RtkModules.open(file, roads[0]!));
  const map = {
    kind: "map",
    choices: roads,
    chosen: roads[0]!,
    choose: (road: string) => modules.reopen(road),
  };
  const vehicle = {
    kind: "vehicle",
    choices: ["Lincoln MKZ (simulated)"],
    chosen: "Lincoln MKZ (simulated)",
    choose: () => Promise.resolve(),
  };
  const operation: Operation = {
    modules,
    needed: NEEDED,
    displayNames: NAMES,
    quick: { recorder: "recorder", player: "player", file },
    tools: { driver: "Drive by hand" },
    selections: [vehicle, map],
    byHands: true,
  };
  const bridge = lifetime.own(
    await openBridge({
      runtime,
      operation,
      port,
      dataFolder,
      security,
      title: "live drive",
      server: `Delos ${version()}`,
      ...(host === undefined ? {} : { host }),
    }),
  );
  tellOfPage(context, bridge, host);
  lifetime.own(announcePage(context, bridge, host));
  return await new Promise<ExitStatus>((resolve) => {
    lifetime.own(onAbort(context.signal, () => resolve(130)));
  });
}

/** The launch of the chain; another road is another launch. */
class RtkModules implements ModuleControl, AsyncDisposable {
  readonly events: Events<{ state: undefined } & EventMap> = new Events();
  readonly #file: string;
  #launch: Launch;
  #listening: Disposable;

  static async open(file: string, road: string): Promise<RtkModules> {
    return new RtkModules(file, await openLaunch(file, road));
  }

  private constructor(file: string, launched: Launch) {
    this.#file = file;
    this.#launch = launched;
    this.#listening = this.#listen(launched);
  }

  get modules(): ModuleControl["modules"] {
    return this.#launch.modules;
  }

  start(name: string): Promise<void> {
    return this.#launch.start(name);
  }

  stop(name: string): Promise<void> {
    return this.#launch.stop(name);
  }

  restart(name: string): Promise<void> {
    return this.#launch.restart(name);
  }

  async reopen(road: string): Promise<void> {
    const next = await openLaunch(this.#file, road);
    this.#listening[Symbol.dispose]();
    await this.#launch[Symbol.asyncDispose]();
    this.#launch = next;
    this.#listening = this.#listen(next);
    this.events.emit("state", undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listening[Symbol.dispose]();
    await this.#launch[Symbol.asyncDispose]();
    this.events.clear();
  }

  #listen(launched: Launch): Disposable {
    return launched.events.on("state", () => this.events.emit("state", undefined));
  }
}

async function openLaunch(file: string, road: string): Promise<Launch> {
  const path = fileURLToPath(import.meta.resolve("@delos/sim/launch/rtk.launch.yaml"));
  return launch(await readLaunchFile(path, { file, road }), { idle: true, domain: DOMAIN });
}
