import * as fc from 'fast-check';

/**
 * Property tests draw the same cases in every run, so that a red run says what changed and not which cases were drawn.
 * `PW_SEED=random` draws others, `PW_SEED=<number>` those of one failure; `PW_RUNS` draws more of them.
 */
const seed = process.env['PW_SEED'] ?? '2019';

if (seed !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
