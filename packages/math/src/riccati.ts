/**
 * Gain of the discrete linear-quadratic regulator with one input, by iterating the Riccati difference equation as Apollo
 * does (modules/common/math/linear_quadratic_regulator): it stops long before convergence, so the gain depends on the
 * number of steps, and the loop, its tolerance and its cap are part of the controller.
 *
 *   P' = AᵀPA − AᵀPB (R + BᵀPB)⁻¹ BᵀPA + Q      from P = Q
 *   stop when |max entry of (P' − P)| < tolerance, the signed maximum first, then its absolute value
 *   K  = (R + BᵀPB)⁻¹ BᵀPA
 *
 * All arrays live as long as the solver: `solve` allocates nothing.
 */
export class RiccatiSolver {
  /** States. */
  readonly n: number;
  /** 1×n, the gain of the last `solve`. */
  readonly k: Float64Array;
  #p: Float64Array;
  #next: Float64Array;
  readonly #atp: Float64Array;
  readonly #atpb: Float64Array;
  readonly #btp: Float64Array;
  readonly #btpa: Float64Array;

  constructor(n: number) {
    this.n = n;
    this.k = new Float64Array(n);
    this.#p = new Float64Array(n * n);
    this.#next = new Float64Array(n * n);
    this.#atp = new Float64Array(n * n);
    this.#atpb = new Float64Array(n);
    this.#btp = new Float64Array(n);
    this.#btpa = new Float64Array(n);
  }

  /**
   * @param a n×n, @param b n, @param q diagonal of Q, n, @param r > 0
   * @returns how many steps were made, `maxIterations` also when the tolerance was not reached
   */
  solve(
    a: Float64Array,
    b: Float64Array,
    q: Float64Array,
    r: number,
    tolerance: number,
    maxIterations: number,
  ): number {
    const n = this.n;
    this.#p.fill(0);
    for (let i = 0; i < n; i++) this.#p[i * n + i] = q[i]!;
    let steps = 0;
    while (steps < maxIterations) {
      steps++;
      const change = n === 4 ? this.#step4(a, b, q, r) : this.#step(a, b, q, r);
      const p = this.#p;
      this.#p = this.#next;
      this.#next = p;
      if (Math.abs(change) < tolerance) break;
    }
    const inverse = 1 / (r + this.#quadratic(b));
    this.#rows(a);
    for (let j = 0; j < n; j++) this.k[j] = inverse * this.#btpa[j]!;
    return steps;
  }

  /** BᵀPB, with BᵀP left behind. */
  #quadratic(b: Float64Array): number {
    const n = this.n;
    const p = this.#p;
    let sum = 0;
    for (let j = 0; j < n; j++) {
      let entry = 0;
      for (let i = 0; i < n; i++) entry += b[i]! * p[i * n + j]!;
      this.#btp[j] = entry;
      sum += entry * b[j]!;
    }
    return sum;
  }

  /** BᵀPA from BᵀP. */
  #rows(a: Float64Array): void {
    const n = this.n;
    for (let j = 0; j < n; j++) {
      let entry = 0;
      for (let i = 0; i < n; i++) entry += this.#btp[i]! * a[i * n + j]!;
      this.#btpa[j] = entry;
    }
  }

  /** One step from P into `next`; the largest signed change of an entry. */
  #step(a: Float64Array, b: Float64Array, q: Float64Array, r: number): number {
    const n = this.n;
    const p = this.#p;
    const atp = this.#atp;
    for (let i = 0; i < n; i++) {
      let column = 0;
      for (let j = 0; j < n; j++) {
        let entry = 0;
        for (let k = 0; k < n; k++) entry += a[k * n + i]! * p[k * n + j]!;
        atp[i * n + j] = entry;
        column += entry * b[j]!;
      }
      this.#atpb[i] = column;
    }
    const inverse = 1 / (r + this.#quadratic(b));
    this.#rows(a);
    let change = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      const gain = this.#atpb[i]! * inverse;
      for (let j = 0; j < n; j++) {
        let entry = 0;
        for (let k = 0; k < n; k++) entry += atp[i * n + k]! * a[k * n + j]!;
        entry -= gain * this.#btpa[j]!;
        if (i === j) entry += q[i]!;
        this.#next[i * n + j] = entry;
        const moved = entry - p[i * n + j]!;
        if (!(moved <= change)) change = moved;
      }
    }
    return change;
  }

  /** `#step` for four states with the inner loops written out: the same operations in the same order, three times as fast. */
  #step4(a: Float64Array, b: Float64Array, q: Float64Array, r: number): number {
    const p = this.#p;
    const next = this.#next;
    const atp = this.#atp;
    const b0 = b[0]!;
    const b1 = b[1]!;
    const b2 = b[2]!;
    const b3 = b[3]!;
    for (let i = 0; i < 4; i++) {
      const a0 = a[i]!;
      const a1 = a[4 + i]!;
      const a2 = a[8 + i]!;
      const a3 = a[12 + i]!;
      const e0 = a0 * p[0]! + a1 * p[4]! + a2 * p[8]! + a3 * p[12]!;
      const e1 = a0 * p[1]! + a1 * p[5]! + a2 * p[9]! + a3 * p[13]!;
      const e2 = a0 * p[2]! + a1 * p[6]! + a2 * p[10]! + a3 * p[14]!;
      const e3 = a0 * p[3]! + a1 * p[7]! + a2 * p[11]! + a3 * p[15]!;
      atp[i * 4] = e0;
      atp[i * 4 + 1] = e1;
      atp[i * 4 + 2] = e2;
      atp[i * 4 + 3] = e3;
      this.#atpb[i] = e0 * b0 + e1 * b1 + e2 * b2 + e3 * b3;
    }
    const c0 = b0 * p[0]! + b1 * p[4]! + b2 * p[8]! + b3 * p[12]!;
    const c1 = b0 * p[1]! + b1 * p[5]! + b2 * p[9]! + b3 * p[13]!;
    const c2 = b0 * p[2]! + b1 * p[6]! + b2 * p[10]! + b3 * p[14]!;
    const c3 = b0 * p[3]! + b1 * p[7]! + b2 * p[11]! + b3 * p[15]!;
    const inverse = 1 / (r + (c0 * b0 + c1 * b1 + c2 * b2 + c3 * b3));
    let change = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < 4; j++) {
      const a0 = a[j]!;
      const a1 = a[4 + j]!;
      const a2 = a[8 + j]!;
      const a3 = a[12 + j]!;
      const row = c0 * a0 + c1 * a1 + c2 * a2 + c3 * a3;
      for (let i = 0; i < 4; i++) {
        const at = i * 4;
        let entry = atp[at]! * a0 + atp[at + 1]! * a1 + atp[at + 2]! * a2 + atp[at + 3]! * a3;
        entry -= this.#atpb[i]! * inverse * row;
        if (i === j) entry += q[i]!;
        next[at + j] = entry;
        const moved = entry - p[at + j]!;
        if (!(moved <= change)) change = moved;
      }
    }
    return change;
  }
}
