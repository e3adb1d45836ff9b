import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/**
 * What each example prints, as patterns that follow each other in its output. An example is a program that ends by itself:
 * a new one gets a row here, and is run as its README says.
 */
const EXPECTED: Readonly<Record<string, readonly RegExp[]>> = {
  "bag-replay": [
    /^1 s: \d+\.\d\d m\/s, \d+\.\d m driven$/m,
    /^40 s: 9\.04 m\/s, 257\.9 m driven$/m,
    /^sent (\d+), delivered \1, late 0$/m,
  ],
  "camera-pipeline": [
    /^1920×1080 RGB frames of 6\.2 MB at 60 Hz, from one thread to 4 others, 3 s each way$/m,
    /^loans +(all|\d+( to \d+)? of) 180 +\d+\.\d\d ms \(p99 \d+\.\d\) +\d+ % of a core +\d+ MB$/m,
    /^postMessage +(all|\d+( to \d+)? of) 180 +\d+\.\d\d ms \(p99 \d+\.\d\) +\d+ % of a core +\d+ MB$/m,
  ],
  "ros2-chatter": [
    /^talking to \/listener \(delos\)$/m,
    /^I heard: \[Hello World: 1\]$/m,
    /^I heard: \[Hello World: 10\]$/m,
  ],
  "talker-listener": [
    /^callback: 1: 0 m\/s$/m,
    /^observer: the car is slow$/m,
    /^callback: 10: 4\.5 m\/s$/m,
    /^received 10, dropped 0, lost 0$/m,
  ],
  "rtk-loop": [
    /^recorded \d{4} samples, \d{3} m$/m,
    /^engaged$/m,
    /^25 s: [4-9]\.\d m\/s, 0\.\d\d m beside the path$/m,
    /^tracked 2\d{3} cycles, lateral error at most 0\.[01]\d m$/m,
    /^emergency stop: brake 80 %$/m,
    /^the car stands$/m,
    /^and stays, for nobody has pressed RESET$/m,
  ],
  "own-module": [
    /^car is running, hears nothing, says \/apollo\/canbus\/chassis$/m,
    /^speed_limit is running, hears \/apollo\/canbus\/chassis, says \/apollo\/monitor$/m,
    /^10\.0 m\/s, more than 9$/m,
    /^10\.0 m\/s, more than 9$/m,
    /^speed_limit is stopped$/m,
  ],
  "own-vehicle": [
    /^10 s: \d\.\d m\/s, 0\.\d\d m beside the path$/m,
    /^40 s: \d\.\d m\/s, 0\.\d\d m beside the path$/m,
    /^at most 0\.[0-2]\d m beside the path, never stopped$/m,
  ],
  "custom-message": [
    /^tire 2 has 180 kPa$/m,
    /^inflated to 240 kPa$/m,
    /^example\.Tires: \{"tires":\[.*\{"position":"REAR_LEFT","pressure_kpa":240\}.*\]\}$/m,
  ],
};

const examples = readdirSync("examples").filter((name) => existsSync(`examples/${name}/package.json`));

test("every example has a row here, and every row an example", () => {
  expect(Object.keys(EXPECTED).sort()).toEqual(examples.sort());
});

describe.for(examples)("examples/%s", (name) => {
  const manifest = JSON.parse(readFileSync(`examples/${name}/package.json`, "utf8")) as {
    readonly name: string;
    readonly private?: boolean;
    readonly scripts: Readonly<Record<string, string>>;
    readonly dependencies: Readonly<Record<string, string>>;
  };

  test("is a private package with a README, and imports only what it declares", () => {
    expect(manifest).toMatchObject({ name: `delos-example-${name}`, private: true });
    expect(readFileSync(`examples/${name}/README.md`, "utf8")).toContain(`npm -w delos-example-${name} start`);
    const files = readdirSync(`examples/${name}/src`, { recursive: true, encoding: "utf8" });
    const imported = files
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => [...readFileSync(`examples/${name}/src/${file}`, "utf8").matchAll(/from "([^".][^"]*)"/g)])
      .map(([, specifier]) => specifier!)
      .filter((specifier) => !specifier.startsWith("node:"))
      .map((specifier) =>
        specifier
          .split("/")
          .slice(0, specifier.startsWith("@") ? 2 : 1)
          .join("/"),
      );
    expect([...new Set(imported)].sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  test("runs to its end and prints what it should", async () => {
    const { status, output } = await run(manifest.name);
    expect(status, output).toBe(0);
    let at = 0;
    for (const pattern of EXPECTED[name] ?? []) {
      const found = pattern.exec(output.slice(at));
      expect(found, `${pattern} not found in what follows:\n${output.slice(at)}`).not.toBeNull();
      at += found!.index + found![0].length;
    }
  });
});

function run(workspace: string): Promise<{ readonly status: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("npm", ["--silent", "-w", workspace, "start"], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += String(data)));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, output }));
  });
}
