/**
 * Options that libx264 (core 165) takes by name. FFmpeg hands others on with a warning that nobody sees, and the
 * encoder then runs with a default: a profile would not be what it says.
 */
export const x264Names: ReadonlySet<string> = new Set([
  '8x8dct', 'alternative-transfer', 'analyse', 'annexb', 'aq-mode', 'aq-strength', 'asm', 'aud', 'avcintra-class',
  'avcintra-flavor', 'b-adapt', 'b-bias', 'b-pyramid', 'bframes', 'bitrate', 'bluray-compat', 'cabac', 'cabac-idc',
  'chroma-me', 'chroma-qp-offset', 'chromaloc', 'cll', 'colormatrix', 'colorprim', 'constrained-intra', 'cplxblur',
  'cpu-independent', 'cqm', 'cqm4', 'cqm4i', 'cqm4ic', 'cqm4iy', 'cqm4p', 'cqm4pc', 'cqm4py', 'cqm8', 'cqm8i', 'cqm8p',
  'crf', 'crf-max', 'crop-rect', 'dct-decimate', 'deadzone-inter', 'deadzone-intra', 'deblock', 'deterministic',
  'direct', 'dpb-size', 'fake-interlaced', 'fast-pskip', 'filler', 'force-cfr', 'fps', 'frame-packing', 'fullrange',
  'global-header', 'interlaced', 'intra-refresh', 'ipratio', 'keyint', 'level', 'lookahead-threads',
  'mastering-display', 'mbtree', 'me', 'merange', 'min-keyint', 'mixed-refs', 'mvrange', 'mvrange-thread', 'nal-hrd',
  'non-deterministic', 'nr', 'open-gop', 'overscan', 'partitions', 'pass', 'pbratio', 'pic-struct', 'psnr', 'psy',
  'psy-rd', 'qblur', 'qcomp', 'qp', 'qpmax', 'qpmin', 'qpstep', 'ratetol', 'rc-lookahead', 'ref', 'repeat-headers',
  'sar', 'scenecut', 'sliced-threads', 'slice-max-mbs', 'slice-max-size', 'slice-min-mbs', 'slices', 'slices-max',
  'sps-id', 'ssim', 'stats', 'stitchable', 'subme', 'sync-lookahead', 'threads', 'transfer', 'trellis', 'vbv-bufsize',
  'vbv-init', 'vbv-maxrate', 'vfr-input', 'videoformat', 'weightb', 'weightp', 'zones',
]);

/** What the options text in x264's first packet must say, whatever the profile: these decide whether bytes repeat. */
export const x264Pins: { readonly [name: string]: string } = {
  threads: '1', lookahead_threads: '1', sliced_threads: '0', scenecut: '0', open_gop: '0', intra_refresh: '0',
};
