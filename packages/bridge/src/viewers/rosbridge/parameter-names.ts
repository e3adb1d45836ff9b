/** Parameters are named `/node:parameter` by rosapi of ROS 2, `/node/parameter` by that of ROS 1. */
export function splitParameter(
  name: string,
  nodes: readonly string[],
): { readonly node: string; readonly own: string } | undefined {
  const full = name.startsWith("/") ? name : `/${name}`;
  for (const separator of [":", ".", "/"]) {
    const fitting = nodes.filter((node) => full.startsWith(node + separator)).sort((a, b) => b.length - a.length);
    if (fitting[0] !== undefined) return { node: fitting[0], own: full.slice(fitting[0].length + 1) };
  }
  return undefined;
}
