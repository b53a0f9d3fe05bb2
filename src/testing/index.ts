/** Checks for layers and losses of one's own: the entry point `glia/testing`. */
export { type GradCheckOptions, gradCheck } from './grad-check.ts';
