let path: readonly string[] = [];

/** Path of the layer that is being traced, such as `encoder.dense1`; empty outside of every layer. */
export function currentPath(): string {
  return path.join('.');
}

/** Runs `trace` inside the layer `name`: tensors made meanwhile carry its path. */
export function withScope<T>(name: string, trace: () => T): T {
  return at([...path, name], trace);
}

/** Runs `trace` with `absolute` as the path, for passes that rewrite a graph layer by layer. */
export function withPath<T>(absolute: string, trace: () => T): T {
  return at(absolute === '' ? [] : [absolute], trace);
}

function at<T>(inside: readonly string[], trace: () => T): T {
  const outside = path;
  path = inside;
  try {
    return trace();
  } finally {
    path = outside;
  }
}
