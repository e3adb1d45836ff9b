import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DoubleSide,
  Group,
  Mesh,
  ShaderMaterial,
  ShapeUtils,
  Vector2,
} from "three";
import type { LocalOrigin } from "../../motion/local-origin.ts";
import { AreaKind, LineKind, type MapTile } from "../../protocol/bridge.ts";
import { setColour } from "../flat-colour.ts";
import type { SceneTheme } from "../theme.ts";
import { areaColours, LINE_WIDTHS, lineInks } from "./palette.ts";
import { beside, dashes, type Point, unpacked, zebra } from "./shapes.ts";
import { signGeometry } from "./signs.ts";
import { STRIP_CORNER, type Strip, stripsGeometry } from "./strips.ts";

/**
 * The HD map: three meshes a tile (surfaces, paint, signs), built once when the tile comes. Surfaces and paint lie on the
 * ground and are painted in order, without depth, as all that lies there.
 */
export class Road {
  readonly group = new Group();
  readonly #tiles = new Map<number, { readonly tile: MapTile; readonly group: Group; readonly signs: Mesh }>();
  readonly #areaColours = Object.keys(AreaKind).map(() => new Color());
  readonly #lineColours = Object.keys(LineKind).map(() => new Color());
  readonly #lineOpacities = Object.keys(LineKind).map(() => 1);
  readonly #areas: ShaderMaterial;
  readonly #lines: ShaderMaterial;
  readonly #signs: ShaderMaterial;
  #origin = -1;

  constructor(theme: SceneTheme) {
    const onGround = { depthTest: false, depthWrite: false, side: DoubleSide } as const;
    this.#areas = new ShaderMaterial({
      ...onGround,
      uniforms: { colours: { value: this.#areaColours } },
      vertexShader: `
        attribute float kind; uniform vec3 colours[ ${this.#areaColours.length} ]; varying vec3 shade;
        void main() {
          shade = colours[ int( kind + 0.5 ) ];
          gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
        }`,
      fragmentShader: "varying vec3 shade; void main() { gl_FragColor = vec4( shade, 1.0 ); }",
    });
    this.#lines = new ShaderMaterial({
      ...onGround,
      transparent: true,
      uniforms: {
        colours: { value: this.#lineColours },
        opacities: { value: this.#lineOpacities },
        pixel: { value: 0.001 },
      },
      vertexShader: `
        ${STRIP_CORNER}
        uniform vec3 colours[ ${this.#lineColours.length} ]; uniform float opacities[ ${this.#lineColours.length} ];
        varying vec4 shade;
        void main() {
          float strength; gl_Position = stripCorner( strength );
          int kind = int( made.y + 0.5 );
          shade = vec4( colours[ kind ], opacities[ kind ] * strength );
        }`,
      fragmentShader: "varying vec4 shade; void main() { gl_FragColor = shade; }",
    });
    this.#signs = new ShaderMaterial({
      vertexColors: true,
      uniforms: { brightness: { value: 1 } },
      vertexShader: `
        uniform float brightness; varying vec3 shade;
        void main() {
          vec3 n = mat3( modelMatrix ) * normal;
          shade = color * brightness * ( 0.72 + 0.28 * dot( n, vec3( 0.36, -0.48, 0.8 ) ) );
          gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
        }`,
      fragmentShader: "varying vec3 shade; void main() { gl_FragColor = vec4( shade, 1.0 ); }",
      side: DoubleSide,
    });
    this.restyle(theme);
  }

  restyle(theme: SceneTheme): void {
    areaColours(theme).forEach((colour, i) => setColour(this.#areaColours[i], colour));
    lineInks(theme).forEach(({ colour, opacity }, i) => {
      setColour(this.#lineColours[i], colour);
      this.#lineOpacities[i] = opacity;
    });
    this.#signs.uniforms["brightness"]!.value = theme.night ? 0.85 : 1;
  }

  /** `pixel`: width of a pixel at a distance of one, metres. */
  update(
    tiles: ReadonlyMap<number, MapTile>,
    origin: LocalOrigin,
    pixel: number,
    withMap: boolean,
    withSigns: boolean,
  ): void {
    this.#lines.uniforms["pixel"]!.value = pixel;
    for (const [id, { tile, group }] of this.#tiles) {
      if (tiles.get(id) === tile) continue;
      group.removeFromParent();
      for (const mesh of group.children) (mesh as Mesh).geometry.dispose();
      this.#tiles.delete(id);
    }
    for (const [id, tile] of tiles) if (!this.#tiles.has(id)) this.#add(id, tile, origin);
    for (const { tile, group, signs } of this.#tiles.values()) {
      if (origin.revision !== this.#origin) group.position.set(tile.x - origin.x, tile.y - origin.y, 0);
      for (const mesh of group.children) mesh.visible = mesh === signs ? withSigns : withMap;
    }
    this.#origin = origin.revision;
  }

  #add(id: number, tile: MapTile, origin: LocalOrigin): void {
    const areas = new Mesh(areasGeometry(tile), this.#areas);
    areas.renderOrder = -8;
    const lines = new Mesh(stripsGeometry(stripsOf(tile)), this.#lines);
    lines.renderOrder = -7;
    const signs = new Mesh(signsGeometry(tile), this.#signs);
    const group = new Group();
    group.add(areas, lines, signs);
    group.position.set(tile.x - origin.x, tile.y - origin.y, 0);
    this.group.add(group);
    this.#tiles.set(id, { tile, group, signs });
  }
}

/** Lanes first, then what lies on them. */
function areasGeometry({ areas }: MapTile): BufferGeometry {
  const order = [AreaKind.junction, AreaKind.lane, AreaKind.clear, AreaKind.crosswalk] as readonly number[];
  const sorted = [...areas].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const positions: number[] = [];
  const kinds: number[] = [];
  const index: number[] = [];
  const fill = (points: readonly Point[], kind: number): void => {
    const base = positions.length / 3;
    for (const { x, y } of points) {
      positions.push(x, y, 0);
      kinds.push(kind);
    }
    const outline = points.map(({ x, y }) => new Vector2(x, y));
    for (const corners of ShapeUtils.triangulateShape(outline, [])) for (const i of corners) index.push(base + i);
  };
  for (const { kind, points } of sorted) {
    const area = unpacked(points);
    if (kind === AreaKind.crosswalk) for (const bar of zebra(area)) fill(bar, kind);
    else fill(area, Math.min(kind, AreaKind.clear));
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(positions), 3));
  geometry.setAttribute("kind", new BufferAttribute(new Float32Array(kinds), 1));
  geometry.setIndex(index);
  return geometry;
}

function stripsOf({ lines }: MapTile): Strip[] {
  return lines.flatMap(({ kind: sent, points: steps }) => {
    const kind = Math.min(sent, LineKind.bump);
    const widthM = LINE_WIDTHS[kind]!;
    const points = unpacked(steps);
    switch (kind) {
      case LineKind.dottedWhite:
      case LineKind.dottedYellow:
        return dashes(points, 3, 4.5).map((piece) => ({ points: piece, widthM, kind }));
      case LineKind.laneCenter:
        return dashes(points, 0.8, 2.4).map((piece) => ({ points: piece, widthM, kind }));
      case LineKind.doubleYellow:
        return [-0.13, 0.13].map((left) => ({ points: beside(points, left), widthM, kind }));
      default:
        return [{ points, widthM, kind }];
    }
  });
}

function signsGeometry({ x, y, signs }: MapTile): BufferGeometry {
  const parts = signs.map((sign) =>
    signGeometry(sign.kind)
      .rotateZ(sign.heading)
      .translate(sign.x - x, sign.y - y, 0),
  );
  const geometry = new BufferGeometry();
  for (const name of ["position", "normal", "color"]) {
    const values = parts.flatMap((part) => [...part.getAttribute(name).array]);
    geometry.setAttribute(name, new BufferAttribute(new Float32Array(values), 3));
  }
  let base = 0;
  const index = parts.flatMap((part) => {
    const shifted = [...part.getIndex()!.array].map((i) => i + base);
    base += part.getAttribute("position").count;
    return shifted;
  });
  geometry.setIndex(index);
  return geometry;
}
