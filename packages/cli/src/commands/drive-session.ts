import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { messageCodecs } from "@delos/bag";
import { type BridgeOptions, openBridge } from "@delos/bridge";
import { DelosError, type EventMap, Events, Lifetime, onAbort } from "@delos/core";
import { type Launch, launch, open, readLaunchFile } from "@delos/runtime";
import { type Catalogue, DEFAULT_VEHICLE, readCatalogue, readVehicle, type Vehicle, withVehicle } from "@delos/sim";
import { ROADS } from "@delos/sim/live/roads";
import { inProcess } from "@delos/transport";
import { sharedMemory } from "@delos/transport-shm";
import type { CommandContext, ExitStatus } from "../command.ts";
import { version } from "../program.ts";
import { ChoicesFile } from "./drive-choices.ts";
import { announcePage } from "./page-announcement.ts";
import { tellOfPage } from "./page-security.ts";
import { shownVehicle } from "./vehicle-choice.ts";

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
    /** Folders of vehicles beside those of Delos. */
    readonly vehicleFolders: readonly string[];
    /** The vehicle to begin with, by its folder's name. Absent: the one that was chosen last. */
    readonly vehicle: string | undefined;
  },
): Promise<ExitStatus> {
  const { port, host, security, dataFolder, vehicleFolders } = options;
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
  const kept = new ChoicesFile(`${dataFolder}/selection.json`);
  const roads = Object.keys(ROADS);
  const catalogue = drivable(readCatalogue(vehicleFolders));
  const warnings = [
    ...catalogue.broken.map(({ message }) => message),
    ...(kept.problem === undefined ? [] : [kept.problem]),
  ];
  const first = firstVehicle(catalogue, options.vehicle, kept.choices.vehicle, warnings);
  const firstRoad = roads.find((road) => road === kept.choices.map) ?? roads[0]!;
  const modules = lifetime.own(await RtkModules.open(file, { road: firstRoad, vehicle: first }));
  const map = {
    kind: "map",
    choices: roads,
    chosen: firstRoad,
    async choose(road: string) {
      await modules.reopen({ road });
      kept.keep("map", road);
    },
  };
  const vehicle = {
    kind: "vehicle",
    choices: catalogue.vehicles.map(({ name }) => name),
    chosen: first.name,
    async choose(chosen: string) {
      const { folder, id } = catalogue.vehicles.find(({ name }) => name === chosen)!;
      // Its files as they are now: what was changed meanwhile counts, and what was broken meanwhile is refused.
      await modules.reopen({ vehicle: readVehicle(folder) });
      kept.keep("vehicle", id);
    },
  };
  const operation: Operation = {
    modules,
    needed: NEEDED,
    displayNames: NAMES,
    quick: { recorder: "recorder", player: "player", file },
    tools: { driver: "Drive by hand" },
    selections: [vehicle, map],
    vehicle: () => ({ ...shownVehicle(modules.vehicle), name: vehicle.chosen }),
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
  for (const warning of warnings) {
    context.err.write(`delos: ${warning}\n`);
    bridge.note("warn", "vehicles", warning);
  }
  lifetime.own(announcePage(context, bridge, host));
  return await new Promise<ExitStatus>((resolve) => {
    lifetime.own(onAbort(context.signal, () => resolve(130)));
  });
}

/** Those that can be simulated: this drive has no other car. */
function drivable({ vehicles, broken }: Catalogue): Catalogue {
  const able = vehicles.filter(({ physics, can }) => physics !== undefined && can.kind === "simulated");
  const others = vehicles
    .filter((vehicle) => !able.includes(vehicle))
    .map(({ id, folder, name }) => ({
      id,
      message: `VEHICLE_NOT_SIMULATED: ${name} (${folder}) has no simulation or a real CAN bus: it is no choice here`,
    }));
  return { vehicles: able, broken: [...broken, ...others] };
}

/** The vehicle to begin with. One that was chosen and is gone is told, and Delos' own comes in its place. */
function firstVehicle(
  { vehicles, broken }: Catalogue,
  asked: string | undefined,
  kept: string | undefined,
  warnings: string[],
): Vehicle {
  const wanted = asked ?? kept ?? DEFAULT_VEHICLE;
  const found = vehicles.find(({ id }) => id === wanted);
  if (found !== undefined) return found;
  const why = broken.find(({ id }) => id === wanted)?.message;
  const known = vehicles.map(({ id }) => id).join(", ");
  if (asked !== undefined)
    throw new DelosError(
      "VEHICLE_UNKNOWN",
      why ?? `${asked} is no vehicle that can be driven here; there are: ${known}`,
    );
  warnings.push(`the vehicle that was chosen last, ${wanted}, is not there: ${vehicles[0]!.name} is driven instead`);
  return vehicles[0]!;
}

interface Chosen {
  readonly road: string;
  readonly vehicle: Vehicle;
}

/** The launch of the chain; another road or another vehicle is another launch. */
class RtkModules implements ModuleControl, AsyncDisposable {
  readonly events: Events<{ state: undefined } & EventMap> = new Events();
  readonly #file: string;
  #chosen: Chosen;
  #launch: Launch;
  #listening: Disposable;

  static async open(file: string, chosen: Chosen): Promise<RtkModules> {
    return new RtkModules(file, chosen, await openLaunch(file, chosen));
  }

  private constructor(file: string, chosen: Chosen, launched: Launch) {
    this.#file = file;
    this.#chosen = chosen;
    this.#launch = launched;
    this.#listening = this.#listen(launched);
  }

  get vehicle(): Vehicle {
    return this.#chosen.vehicle;
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

  async reopen(change: Partial<Chosen>): Promise<void> {
    const chosen = { ...this.#chosen, ...change };
    const next = await openLaunch(this.#file, chosen);
    this.#listening[Symbol.dispose]();
    await this.#launch[Symbol.asyncDispose]();
    this.#launch = next;
    this.#chosen = chosen;
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

async function openLaunch(file: string, { road, vehicle }: Chosen): Promise<Launch> {
  const path = fileURLToPath(import.meta.resolve("@delos/sim/launch/rtk.launch.yaml"));
  const spec = withVehicle(await readLaunchFile(path, { file, road }), vehicle);
  return launch(spec, { idle: true, domain: DOMAIN });
}
