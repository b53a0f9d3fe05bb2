/**
 * What glia says is uncertain by a standard error: the function, and where in its result. The section `coverage` measures
 * each; a test looks for others in all results of `glia/explain`.
 */
export const CLAIMS = /** @type {const} */ ([
  'shap.stdError',
  'smoothGrad.stdError',
  'gradientShap.stdError',
  'permutationImportance.stdError',
  'infidelity.stdError',
  'deletion.random.stdError',
  'deletion.gain.stdError',
  'insertion.random.stdError',
  'insertion.gain.stdError',
  'sanityCheck.stages.correlation.stdError',
  'shortcut.within.stdError',
  'shortcut.across.stdError',
]);

/** Results that hold those of other functions, and where. */
export const PARTS = /** @type {const} */ ({
  'faithfulness.deletion': 'deletion',
  'faithfulness.insertion': 'insertion',
  'faithfulness.infidelity': 'infidelity',
  'audit.importance': 'permutationImportance',
  'audit.methods.deletionGain': 'deletion.gain',
});
