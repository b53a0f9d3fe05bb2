import { describe, expect, test } from 'vitest';
import { DataError, OptionError, ShapeError } from '../../src/base/errors.ts';
import * as plot from '../../src/plot/index.ts';

/** As from JavaScript, where types do not hold. */
const any = (value: unknown) => value as never;
const overlay = { image: [1, 2], attributions: [1, 2], width: 2, height: 1 };
const boundary = { x: [0, 1], y: [0], predicted: [0, 1] };
const leaf = { prediction: 'yes' };

describe.each<[typeof OptionError | typeof ShapeError | typeof DataError, [() => string, RegExp][]]>([
  [
    OptionError,
    [
      [
        () => plot.waterfall({ values: any('12'), baseValue: 0 }),
        /values must be a list of numbers, got "12"/,
      ],
      [
        () => plot.waterfall({ values: any([1, '2']), baseValue: 0 }),
        /values\[1\] must be a number, got "2"/,
      ],
      [
        () => plot.waterfall({ values: any([1n]), baseValue: 0 }),
        /values\[0\] must be a number, got the bigint 1n/,
      ],
      [() => plot.waterfall(any({ values: [1] })), /baseValue must be a number, got undefined/],
      [
        () => plot.waterfall({ values: [1], baseValue: 0, inputs: any([{}]) }),
        /inputs\[0\] must be a number or a string/,
      ],
      [
        () => plot.waterfall({ values: [1], baseValue: 0, names: any([1]) }),
        /names\[0\] must be a string, got 1/,
      ],
      [() => plot.waterfall({ values: [1e308, 1e308], baseValue: 0 }), /beyond what a number can hold/],
      [() => plot.waterfall({ values: any({ length: 1e12 }), baseValue: 0 }), /has 1000000000000 elements/],
      [() => plot.waterfall({ values: any({ length: -1 }), baseValue: 0 }), /must be a list/],
      [
        () => plot.waterfall({ values: [1], baseValue: 0 }, { most: 0 }),
        /most must be a whole number at least 1/,
      ],
      [() => plot.heatmap({ values: any([1, 2]) }), /values\[0\] must be a list of numbers, got 1/],
      [() => plot.scatter({ x: [1], y: [1], xName: any(7) }), /xName must be a string, got 7/],
      [() => plot.deletionCurve({ curves: any([3]) }), /deletionCurve: curves\[0\] must be an object, got 3/],
      [
        () => plot.deletionCurve({ curves: any([{ fraction: [0], score: [1], nmae: '' }]) }),
        /did you mean "name"/,
      ],
      [() => plot.learningCurves({ epochs: any([null]) }), /epochs\[0\] must be a record of numbers/],
      [
        () => plot.network({ layers: [{ units: 1.5 }], weights: [] }),
        /layers\[0\]\.units must be a whole number/,
      ],
      [() => plot.tree({ nodes: [{}] }), /nodes\[0\] has neither children nor a prediction/],
      [
        () => plot.proponents({ rows: [{ name: 'a', influence: any('1') }] }),
        /rows\[0\]\.influence must be a number/,
      ],
      [
        () => plot.proponents({ rows: [{ name: 'a', influence: any(1n) }] }),
        /rows\[0\]\.influence must be a number, got the bigint/,
      ],
      [() => plot.heatmapOverlay({ ...overlay, width: 0 }), /width must be a whole number at least 1/],
      [() => plot.weightHistograms({ layers: [] }, { bins: 1e9 }), /bins must be a whole number/],
    ],
  ],
  [
    ShapeError,
    [
      [
        () => plot.waterfall({ values: [1, 2], baseValue: 0, names: ['a'] }),
        /names has 1 elements, wanted 2/,
      ],
      [() => plot.bar({ values: [1, 2], errors: [1] }), /errors has 1 elements, wanted 2/],
      [() => plot.beeswarm({ values: [[1, 2]], inputs: [[1]] }), /a row of inputs has 1 elements, wanted 2/],
      [() => plot.heatmap({ values: [[1, 2], [3]] }), /values\[1\] has 1 elements, wanted 2/],
      [
        () => plot.heatmap({ values: { shape: [2, 3], data: [1] } }),
        /must be rows and columns, got \[2, 3\]/,
      ],
      [() => plot.heatmapOverlay({ ...overlay, image: [1] }), /image has 1 elements, wanted 2/],
      [
        () => plot.partialDependence({ grid: [1, 2], average: [1, 2], ice: [[1]] }),
        /rows of ice have 1 numbers, the grid has 2/,
      ],
      [() => plot.confusionMatrix({ counts: [[1, 2]] }), /\[1, 2\], wanted as many columns as rows/],
      [() => plot.decisionBoundary({ ...boundary, predicted: [0] }), /predicted has 1 elements, wanted 2/],
      [
        () => plot.network({ layers: [{ units: 2 }, { units: 1 }], weights: [[[1]]] }),
        /weights\[0\] is \[1, 1\], wanted \[1, 2\]/,
      ],
      [() => plot.network({ layers: [{ units: 2 }, { units: 1 }], weights: [] }), /0 weights for 2 layers/],
    ],
  ],
  [
    DataError,
    [
      [
        () => plot.waterfall({ values: [1, NaN], baseValue: 0 }),
        /values\[1\] is NaN, wanted a finite number/,
      ],
      [() => plot.force({ values: [1], baseValue: Infinity }), /baseValue is Infinity/],
      [() => plot.heatmap({ values: [[1]], limit: 0 }), /limit is 0, wanted a number above 0/],
      [() => plot.heatmapOverlay({ ...overlay, image: [1, NaN] }), /image\[1\] is NaN/],
      [() => plot.heatmapOverlay({ ...overlay, range: [1, 1] }), /range is from 1 to 1/],
      [
        () => plot.reliabilityDiagram({ confidence: [1.5], accuracy: [0], counts: [1] }),
        /confidence of a bin is 1.5/,
      ],
      [
        () => plot.reliabilityDiagram({ confidence: [0.5], accuracy: [0], counts: [-1] }),
        /count of a bin is -1/,
      ],
      [() => plot.confusionMatrix({ counts: [[-1]] }), /a count is -1/],
      [
        () => plot.rocCurve({ falsePositiveRate: [2], truePositiveRate: [0] }),
        /falsePositiveRate\[0\] is 2, wanted 0 to 1/,
      ],
      [() => plot.decisionBoundary({ ...boundary, x: [1, 1] }), /x\[1\] is 1, not above the one before/],
      [
        () => plot.decisionBoundary({ ...boundary, classNames: ['a'] }),
        /predicted\[1\] is 1, wanted a whole number below 1/,
      ],
      [() => plot.scatter({ x: [1], y: [1], groups: [0.5] }), /groups\[0\] is 0.5/],
      [
        () => plot.tree({ nodes: [{ feature: 'a', threshold: 1, left: 0, right: 1 }, leaf] }),
        /a child of node 0 is 0/,
      ],
      [
        () => plot.tree({ nodes: [{ feature: 'a', threshold: 1, left: 1, right: 1 }, leaf] }),
        /node 1 has two parents/,
      ],
      [
        () => plot.tree({ nodes: [{ feature: 'a', threshold: NaN, left: 1, right: 2 }, leaf, leaf] }),
        /threshold is NaN/,
      ],
      [
        () => plot.proponents({ rows: [{ name: 'a', influence: 1, image: [1, 2, 3] }], imageWidth: 2 }),
        /3 pixels, which are no rows of 2/,
      ],
    ],
  ],
])('%o', (kind, cases) => {
  test.each(cases)('%s', (draw, message) => {
    expect(draw).toThrow(kind);
    expect(draw).toThrow(message);
  });
});
