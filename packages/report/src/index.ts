export { escapeHtml } from './html.ts';
export { patchReportHtml } from './patch-report.ts';
export type { BeforeAfter, PatchReport, PatchRun } from './patch-report.ts';
export type { StripItem, StripTrack } from './timeline-strip.ts';
export { markerEdl } from './marker-edl.ts';
export type { MarkerList } from './marker-edl.ts';
