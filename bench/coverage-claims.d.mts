/** Paths of standard errors: a function of `glia/explain` and where in its result. */
export declare const CLAIMS: readonly string[];

/** For a path in a result that holds another function's result, the path of that. */
export declare const PARTS: Readonly<Record<string, string>>;
