const path: string[] = [];

/** Path of the layer that is being traced, such as `encoder.dense1`; empty outside of every layer. */
export function currentPath(): string {
  return path.join('.');
}

/** Runs `trace` inside the layer `name`: tensors made meanwhile carry its path. */
export function withScope<T>(name: string, trace: () => T): T {
  path.push(name);
  try {
    return trace();
  } finally {
    path.pop();
  }
}
