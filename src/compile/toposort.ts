import { inputsOf, type Tensor } from '../ir/tensor.ts';

/** Everything that `outputs` depend on, inputs before what is computed from them. Iterative: graphs can be deep. */
export function toposort(outputs: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  const stack: { tensor: Tensor; next: number }[] = [];
  const visit = (tensor: Tensor): void => {
    if (seen.has(tensor)) return;
    seen.add(tensor);
    stack.push({ tensor, next: 0 });
  };
  for (const output of outputs) {
    visit(output);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const input = inputsOf(top.tensor)[top.next++];
      if (input !== undefined) visit(input);
      else order.push(stack.pop()!.tensor);
    }
  }
  return order;
}
