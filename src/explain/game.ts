/** Which coalitions are played, and what is made of their values. The first is empty, one holds all players. */
export interface Design {
  readonly players: number;
  readonly coalitions: number;
  /** Whether a player takes part in a coalition. */
  readonly has: (coalition: number, player: number) => boolean;
  /** What falls to each player, from the value of each coalition. */
  readonly solve: (values: ArrayLike<number>) => Solution;
  /** What is to be said against it. */
  readonly warning?: string;
}

/** What falls to each player, and its standard error where coalitions were drawn. */
export interface Solution {
  readonly values: Float64Array;
  readonly stdError?: Float64Array;
}
