import type { Model } from 'glia';

/** All values of a game, of coalitions as bits: what the model says, on average, of rows with others' inputs. */
export async function valuesByHand(
  model: Model,
  row: ArrayLike<number>,
  background: readonly (readonly number[])[],
  shape: readonly number[] = [row.length],
  players: readonly (readonly number[])[] = Array.from({ length: row.length }, (_, i) => [i]),
): Promise<number[][]> {
  const table: number[][] = [];
  for (let S = 0; S < 2 ** players.length; S++) {
    const rows = background.flatMap((b) =>
      b.map((away, i) => (players.some((of, p) => of.includes(i) && (S >> p) & 1) ? row[i]! : away)),
    );
    const y = await model.predict({ data: rows, shape: [background.length, ...shape] });
    const K = y.data.length / background.length;
    table.push(
      Array.from({ length: K }, (_, k) => {
        let sum = 0;
        for (let b = 0; b < background.length; b++) sum += y.data[b * K + k]!;
        return sum / background.length;
      }),
    );
  }
  return table;
}

/** The mean over all orders of what each player adds. */
export function meanOverOrders(values: ArrayLike<number>, M: number): number[] {
  const phi = new Array<number>(M).fill(0);
  let orders = 0;
  const walk = (S: number, added: readonly (readonly [number, number])[]): void => {
    if (added.length === M) {
      for (const [player, gain] of added) phi[player]! += gain;
      orders++;
      return;
    }
    for (let i = 0; i < M; i++) {
      if ((S >> i) & 1) continue;
      walk(S | (1 << i), [...added, [i, values[S | (1 << i)]! - values[S]!]]);
    }
  };
  walk(0, []);
  return phi.map((sum) => sum / orders);
}

/** The formula over subsets, term by term. */
export function sumOverSubsets(values: ArrayLike<number>, M: number): number[] {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  return Array.from({ length: M }, (_, i) => {
    let phi = 0;
    for (let S = 0; S < 2 ** M; S++) {
      if ((S >> i) & 1) continue;
      const size = S.toString(2).replaceAll('0', '').length;
      phi +=
        ((factorial(size) * factorial(M - size - 1)) / factorial(M)) * (values[S | (1 << i)]! - values[S]!);
    }
    return phi;
  });
}
