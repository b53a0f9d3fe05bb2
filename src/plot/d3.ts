/** What pictures take from D3. When glia is packed, this module becomes one file with all that it needs. */
export { format } from 'd3-format';
export { scaleLinear, scaleLog, scaleUtc } from 'd3-scale';
export { line } from 'd3-shape';
