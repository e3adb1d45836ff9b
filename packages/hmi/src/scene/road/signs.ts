import { BoxGeometry, BufferAttribute, type BufferGeometry, CylinderGeometry } from "three";
import { SignKind } from "../../protocol/bridge.ts";
import { merge } from "../car/body.ts";

type Colour = readonly [number, number, number];
const POLE: Colour = [0.42, 0.47, 0.52];
const HOUSING: Colour = [0.13, 0.15, 0.17];
const PLATE: Colour = [0.8, 0.24, 0.2];
const RIM: Colour = [0.96, 0.96, 0.96];

/** A sign or signal at the origin, looking along +x; told apart by shape before colour. Attribute `color`: sRGB. */
export function signGeometry(kind: number): BufferGeometry {
  if (kind === SignKind.signal) {
    const lamps: readonly (readonly [number, Colour])[] = [
      [4.75, [0.86, 0.27, 0.22]],
      [4.35, [0.9, 0.68, 0.22]],
      [3.95, [0.22, 0.72, 0.52]],
    ];
    return coloured([
      [pole(3.6), POLE],
      [new BoxGeometry(0.24, 0.5, 1.3).translate(0, 0, 4.35), HOUSING],
      ...lamps.map(([z, colour]): [BufferGeometry, Colour] => [disc(0.15, 0.13, z, 14), colour]),
    ]);
  }
  const corners = kind === SignKind.stop ? 8 : 3;
  const radius = kind === SignKind.stop ? 0.42 : 0.55;
  return coloured([
    [pole(2.2), POLE],
    [disc(radius, 0.03, 2.4, corners), kind === SignKind.stop ? RIM : PLATE],
    [disc(radius * 0.86, 0.045, 2.4, corners), kind === SignKind.stop ? PLATE : RIM],
  ]);
}

function pole(height: number): BufferGeometry {
  return new CylinderGeometry(0.05, 0.05, height, 6, 1, true).rotateX(Math.PI / 2).translate(-0.06, 0, height / 2);
}

/** A plate across x. Octagons stand on a side, triangles on a corner. */
function disc(radius: number, x: number, z: number, corners: number): BufferGeometry {
  return new CylinderGeometry(radius, radius, 0.02, corners)
    .rotateY(corners === 8 ? Math.PI / 8 : 0)
    .rotateZ(-Math.PI / 2)
    .rotateX(corners === 3 ? Math.PI / 2 : 0)
    .translate(x, 0, z);
}

function coloured(parts: readonly (readonly [BufferGeometry, Colour])[]): BufferGeometry {
  const colours = parts.flatMap(([part, colour]) =>
    Array.from({ length: part.getAttribute("position").count }, () => colour).flat(),
  );
  const whole = merge(parts.map(([part]) => part));
  whole.setAttribute("color", new BufferAttribute(new Float32Array(colours), 3));
  return whole;
}
