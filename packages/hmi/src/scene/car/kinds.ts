/** What the car is made of; each vertex carries the number of its kind, and kinds are a table of colours in the shader. */
export const KINDS = [
  "paint",
  "glass",
  "metal",
  "dark",
  "rubber",
  "shade",
  "spoke",
  "head",
  "tail",
  "brake",
  "left",
  "right",
  "reverse",
] as const;
export type Kind = (typeof KINDS)[number];

/** What moves by itself: the body, and the wheels front left, front right, rear left, rear right. */
export const PARTS = ["body", "front-left", "front-right", "rear-left", "rear-right"] as const;
export type Part = (typeof PARTS)[number];
