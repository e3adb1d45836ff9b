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
    const steps =
      n === 4
        ? this.#iterate4(a, b, q, r, tolerance, maxIterations)
        : this.#iterate(a, b, q, r, tolerance, maxIterations);
    const inverse = 1 / (r + this.#quadratic(b));
    this.#rows(a);
    for (let j = 0; j < n; j++) this.k[j] = inverse * this.#btpa[j]!;
    return steps;
  }

  #iterate(a: Float64Array, b: Float64Array, q: Float64Array, r: number, tolerance: number, cap: number): number {
    const n = this.n;
    this.#p.fill(0);
    for (let i = 0; i < n; i++) this.#p[i * n + i] = q[i]!;
    let steps = 0;
    while (steps < cap) {
      steps++;
      const change = this.#step(a, b, q, r);
      const p = this.#p;
      this.#p = this.#next;
      this.#next = p;
      if (Math.abs(change) < tolerance) break;
    }
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

  /**
   * The iteration for four states with P in sixteen variables: the operations of `#step` in the same order, without an array
   * access. Four states are a vehicle's; this loop is most of a control cycle.
   */
  #iterate4(a: Float64Array, b: Float64Array, q: Float64Array, r: number, tolerance: number, cap: number): number {
    const a00 = a[0]!,
      a01 = a[1]!,
      a02 = a[2]!,
      a03 = a[3]!;
    const a10 = a[4]!,
      a11 = a[5]!,
      a12 = a[6]!,
      a13 = a[7]!;
    const a20 = a[8]!,
      a21 = a[9]!,
      a22 = a[10]!,
      a23 = a[11]!;
    const a30 = a[12]!,
      a31 = a[13]!,
      a32 = a[14]!,
      a33 = a[15]!;
    const b0 = b[0]!,
      b1 = b[1]!,
      b2 = b[2]!,
      b3 = b[3]!;
    const q0 = q[0]!,
      q1 = q[1]!,
      q2 = q[2]!,
      q3 = q[3]!;
    let p00 = q0,
      p01 = 0,
      p02 = 0,
      p03 = 0;
    let p10 = 0,
      p11 = q1,
      p12 = 0,
      p13 = 0;
    let p20 = 0,
      p21 = 0,
      p22 = q2,
      p23 = 0;
    let p30 = 0,
      p31 = 0,
      p32 = 0,
      p33 = q3;
    let steps = 0;
    while (steps < cap) {
      steps++;
      const c0 = b0 * p00 + b1 * p10 + b2 * p20 + b3 * p30;
      const c1 = b0 * p01 + b1 * p11 + b2 * p21 + b3 * p31;
      const c2 = b0 * p02 + b1 * p12 + b2 * p22 + b3 * p32;
      const c3 = b0 * p03 + b1 * p13 + b2 * p23 + b3 * p33;
      const inverse = 1 / (r + (c0 * b0 + c1 * b1 + c2 * b2 + c3 * b3));
      const d0 = c0 * a00 + c1 * a10 + c2 * a20 + c3 * a30;
      const d1 = c0 * a01 + c1 * a11 + c2 * a21 + c3 * a31;
      const d2 = c0 * a02 + c1 * a12 + c2 * a22 + c3 * a32;
      const d3 = c0 * a03 + c1 * a13 + c2 * a23 + c3 * a33;
      const e00 = a00 * p00 + a10 * p10 + a20 * p20 + a30 * p30;
      const e01 = a00 * p01 + a10 * p11 + a20 * p21 + a30 * p31;
      const e02 = a00 * p02 + a10 * p12 + a20 * p22 + a30 * p32;
      const e03 = a00 * p03 + a10 * p13 + a20 * p23 + a30 * p33;
      const g0 = (e00 * b0 + e01 * b1 + e02 * b2 + e03 * b3) * inverse;
      const e10 = a01 * p00 + a11 * p10 + a21 * p20 + a31 * p30;
      const e11 = a01 * p01 + a11 * p11 + a21 * p21 + a31 * p31;
      const e12 = a01 * p02 + a11 * p12 + a21 * p22 + a31 * p32;
      const e13 = a01 * p03 + a11 * p13 + a21 * p23 + a31 * p33;
      const g1 = (e10 * b0 + e11 * b1 + e12 * b2 + e13 * b3) * inverse;
      const e20 = a02 * p00 + a12 * p10 + a22 * p20 + a32 * p30;
      const e21 = a02 * p01 + a12 * p11 + a22 * p21 + a32 * p31;
      const e22 = a02 * p02 + a12 * p12 + a22 * p22 + a32 * p32;
      const e23 = a02 * p03 + a12 * p13 + a22 * p23 + a32 * p33;
      const g2 = (e20 * b0 + e21 * b1 + e22 * b2 + e23 * b3) * inverse;
      const e30 = a03 * p00 + a13 * p10 + a23 * p20 + a33 * p30;
      const e31 = a03 * p01 + a13 * p11 + a23 * p21 + a33 * p31;
      const e32 = a03 * p02 + a13 * p12 + a23 * p22 + a33 * p32;
      const e33 = a03 * p03 + a13 * p13 + a23 * p23 + a33 * p33;
      const g3 = (e30 * b0 + e31 * b1 + e32 * b2 + e33 * b3) * inverse;
      const n00 = e00 * a00 + e01 * a10 + e02 * a20 + e03 * a30 - g0 * d0 + q0;
      const n01 = e00 * a01 + e01 * a11 + e02 * a21 + e03 * a31 - g0 * d1;
      const n02 = e00 * a02 + e01 * a12 + e02 * a22 + e03 * a32 - g0 * d2;
      const n03 = e00 * a03 + e01 * a13 + e02 * a23 + e03 * a33 - g0 * d3;
      const n10 = e10 * a00 + e11 * a10 + e12 * a20 + e13 * a30 - g1 * d0;
      const n11 = e10 * a01 + e11 * a11 + e12 * a21 + e13 * a31 - g1 * d1 + q1;
      const n12 = e10 * a02 + e11 * a12 + e12 * a22 + e13 * a32 - g1 * d2;
      const n13 = e10 * a03 + e11 * a13 + e12 * a23 + e13 * a33 - g1 * d3;
      const n20 = e20 * a00 + e21 * a10 + e22 * a20 + e23 * a30 - g2 * d0;
      const n21 = e20 * a01 + e21 * a11 + e22 * a21 + e23 * a31 - g2 * d1;
      const n22 = e20 * a02 + e21 * a12 + e22 * a22 + e23 * a32 - g2 * d2 + q2;
      const n23 = e20 * a03 + e21 * a13 + e22 * a23 + e23 * a33 - g2 * d3;
      const n30 = e30 * a00 + e31 * a10 + e32 * a20 + e33 * a30 - g3 * d0;
      const n31 = e30 * a01 + e31 * a11 + e32 * a21 + e33 * a31 - g3 * d1;
      const n32 = e30 * a02 + e31 * a12 + e32 * a22 + e33 * a32 - g3 * d2;
      const n33 = e30 * a03 + e31 * a13 + e32 * a23 + e33 * a33 - g3 * d3 + q3;
      const change = Math.max(
        n00 - p00,
        n01 - p01,
        n02 - p02,
        n03 - p03,
        n10 - p10,
        n11 - p11,
        n12 - p12,
        n13 - p13,
        n20 - p20,
        n21 - p21,
        n22 - p22,
        n23 - p23,
        n30 - p30,
        n31 - p31,
        n32 - p32,
        n33 - p33,
      );
      p00 = n00;
      p01 = n01;
      p02 = n02;
      p03 = n03;
      p10 = n10;
      p11 = n11;
      p12 = n12;
      p13 = n13;
      p20 = n20;
      p21 = n21;
      p22 = n22;
      p23 = n23;
      p30 = n30;
      p31 = n31;
      p32 = n32;
      p33 = n33;
      if (Math.abs(change) < tolerance) break;
    }
    const p = this.#p;
    p[0] = p00;
    p[1] = p01;
    p[2] = p02;
    p[3] = p03;
    p[4] = p10;
    p[5] = p11;
    p[6] = p12;
    p[7] = p13;
    p[8] = p20;
    p[9] = p21;
    p[10] = p22;
    p[11] = p23;
    p[12] = p30;
    p[13] = p31;
    p[14] = p32;
    p[15] = p33;
    return steps;
  }
}
