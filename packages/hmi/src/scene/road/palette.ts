import type { SceneTheme } from "../theme.ts";

/** Colours and strengths of a map's lines and areas, by the numbers of their kinds in the protocol. Bytes of sRGB. */
interface Ink {
  readonly colour: number;
  readonly opacity: number;
}

const YELLOW = { night: 0xe0b64a, day: 0xc98a00 };
const WHITE = { night: 0xc9d4dd, day: 0xffffff };

export function lineInks({ night }: SceneTheme): readonly Ink[] {
  const [yellow, white] = night ? [YELLOW.night, WHITE.night] : [YELLOW.day, WHITE.day];
  return [
    { colour: night ? 0x6f8aa0 : 0x7c95a8, opacity: 0.35 },
    { colour: yellow, opacity: 0.9 },
    { colour: white, opacity: 0.85 },
    { colour: yellow, opacity: 0.9 },
    { colour: white, opacity: 0.9 },
    { colour: yellow, opacity: 0.9 },
    { colour: night ? 0x8796a3 : 0x8b98a4, opacity: 1 },
    { colour: night ? 0x5c7082 : 0x9aaab8, opacity: 0.7 },
    { colour: night ? 0xf2f5f7 : 0xffffff, opacity: 1 },
    { colour: night ? 0xe69f00 : 0xb06a00, opacity: 0.9 },
  ];
}

export function areaColours({ night }: SceneTheme): readonly number[] {
  return night ? [0x18212a, 0x9fabb5, 0x151d25, 0x3a2f1a] : [0xaeb9c2, 0xf7f9fa, 0xa9b5bf, 0xd6c39a];
}

/** Metres. */
export const LINE_WIDTHS: readonly number[] = [0.07, 0.13, 0.13, 0.13, 0.13, 0.11, 0.22, 0.08, 0.42, 0.5];
