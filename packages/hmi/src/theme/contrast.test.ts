import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/**
 * The colours of the style sheet, computed: text is legible (WCAG 2.2, contrast), and what is told apart by colour stays apart for
 * the three kinds of colour blindness (Machado, Oliveira, Fernandes 2009, severity 1; CIE 1976 L*a*b* distance).
 */
const sheet = readFileSync(new URL("./page.css", import.meta.url), "utf8");

type Rgb = readonly [number, number, number];

function tokens(theme: "dark" | "light"): ReadonlyMap<string, Rgb> {
  const [, block = ""] = new RegExp(`\\[data-theme="${theme}"\\] \\{([^}]*)\\}`).exec(sheet) ?? [];
  const found = [...block.matchAll(/--([\w-]+): #([0-9a-f]{3,6});/g)].map(([, name, digits]): [string, Rgb] => {
    const full = digits!.length === 3 ? digits!.replaceAll(/./g, "$&$&") : digits!;
    return [name!, [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16) / 255) as unknown as Rgb];
  });
  return new Map(found);
}

const linear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map(linear) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const SEEN: Readonly<Record<string, readonly Rgb[]>> = {
  "full colour vision": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** L*a*b* of a colour as somebody sees it, D65. */
function labSeen(colour: Rgb, rows: readonly Rgb[]): Rgb {
  const given = colour.map(linear) as unknown as Rgb;
  const [r, g, b] = rows.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, part, i) => sum + part * given[i]!, 0),
      ),
    ),
  ) as [number, number, number];
  const [x, y, z] = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
  ].map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116)) as [number, number, number];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const distance = (a: Rgb, b: Rgb): number => Math.hypot(...a.map((part, i) => part - b[i]!));

test("the formulas give what is known of them", () => {
  expect(contrast([1, 1, 1], [0, 0, 0])).toBeCloseTo(21, 5);
  expect(contrast([0x77 / 255, 0x77 / 255, 0x77 / 255], [1, 1, 1])).toBeCloseTo(4.48, 2);
  const [white, red] = [SEEN["full colour vision"]!, SEEN["full colour vision"]!];
  expect(labSeen([1, 1, 1], white).map(Math.round)).toEqual([100, 0, -0]);
  expect(labSeen([1, 0, 0], red).map(Math.round)).toEqual([53, 80, 67]);
  // The two whom most confusions befall see pure red and dark green alike; everybody else does not.
  const [pureRed, darkGreen]: [Rgb, Rgb] = [
    [0.85, 0, 0],
    [0.4, 0.38, 0],
  ];
  expect(distance(labSeen(pureRed, red), labSeen(darkGreen, red))).toBeGreaterThan(60);
  expect(distance(labSeen(pureRed, SEEN["deuteranopia"]!), labSeen(darkGreen, SEEN["deuteranopia"]!))).toBeLessThan(25);
});

describe.for(["dark", "light"] as const)("the %s theme", (theme) => {
  const colours = tokens(theme);
  const of = (name: string): Rgb => {
    const found = colours.get(name);
    if (found === undefined) throw new Error(`no colour --${name}`);
    return found;
  };

  test.for([
    ["text", ["back", "panel", "raised", "pressed"], 7],
    ["soft", ["back", "panel", "raised"], 4.5],
    ["faint", ["back", "panel"], 4.5],
    ["red", ["back", "panel"], 4.5],
    ["orange", ["back", "panel"], 4.5],
    ["green", ["back", "panel"], 4.5],
    ["blue", ["back", "panel"], 4.5],
    ["on-blue", ["blue"], 4.5],
    ["on-stop", ["stop"], 4.5],
    ["on-stop-off", ["stop-off"], 4.5],
    // What is no text: edges of what can be pressed, curves, the mark of the focus (WCAG 1.4.11).
    ["purple", ["panel"], 3],
    ["yellow", ["panel"], 3],
    ["focus", ["back", "panel", "raised"], 3],
    ["stop", ["back"], 3],
  ] as const)("--%s is legible on %j", ([name, grounds, least]) => {
    for (const ground of grounds)
      expect(contrast(of(name), of(ground)), `--${name} on --${ground}`).toBeGreaterThanOrEqual(least);
  });

  test.for(Object.keys(SEEN))("curves that share a plot stay apart with %s", (vision) => {
    const seen = (name: string): Rgb => labSeen(of(name), SEEN[vision]!);
    for (const [a, b, least] of [
      ["blue", "orange", 30], // what the car does and its target; planning and control
      ["green", "orange", 30], // throttle and brake
      ["orange", "purple", 18], // control and localization
      ["blue", "purple", 12], // planning and localization, which is dashed as well
    ] as const)
      expect(distance(seen(a), seen(b)), `--${a} and --${b}`).toBeGreaterThan(least);
  });
});

test("an emergency stop that cannot be pressed, and the badge in it, have the colours that were computed", () => {
  const rule = (selector: string): string =>
    new RegExp(`^${selector.replaceAll(".", "\\.")} \\{([^}]*)\\}`, "m").exec(sheet)?.[1] ?? "";
  expect(rule(".estop:disabled")).toContain("background: var(--stop-off)");
  expect(rule(".estop:disabled")).toContain("opacity: 1");
  expect(rule(".estop:disabled")).toMatch(/[^-]color: var\(--on-stop-off\)/);
  expect(rule(".estop:disabled kbd")).toContain("background: none");
  expect(rule(".estop:disabled kbd")).toMatch(/[^-]color: var\(--on-stop-off\)/);
});
