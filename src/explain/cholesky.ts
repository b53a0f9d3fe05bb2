/**
 * Lower triangle L with `A = L·Lᵀ` of a symmetric matrix `[n, n]`, in float64; nothing where A is not positive definite
 * by more than rounding.
 */
export function cholesky(A: Float64Array, n: number): Float64Array | undefined {
  const L = new Float64Array(n * n);
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, A[i * n + i]!);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= L[i * n + k]! * L[j * n + k]!;
      if (i > j) L[i * n + j] = sum / L[j * n + j]!;
      // Below this share of the largest entry nothing is left of 53 bits but rounding.
      else if (sum > 1e-11 * largest) L[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return L;
}

/** The inverse of `L·Lᵀ`, `[n, n]`; it is symmetric, so that half of it is solved for. */
export function inverseOf(L: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  const columns = transposed(L, n);
  const x = new Float64Array(n);
  for (let column = 0; column < n; column++) {
    for (let i = column; i < n; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= L[i * n + k]! * x[k]!;
      x[i] = sum / L[i * n + i]!;
    }
    for (let i = n - 1; i >= column; i--) {
      let sum = x[i]!;
      for (let k = i + 1; k < n; k++) sum -= columns[i * n + k]! * x[k]!;
      x[i] = sum / L[i * n + i]!;
      inverse[i * n + column] = inverse[column * n + i] = x[i]!;
    }
  }
  return inverse;
}

function transposed(A: Float64Array, n: number): Float64Array {
  return A.map((_, at) => A[(at % n) * n + Math.floor(at / n)]!);
}
