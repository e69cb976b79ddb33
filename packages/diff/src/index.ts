export type { Change, ChangeKind, Changes, Department, Place, ScriptStep, ValueChange } from './change.ts';
export { changeLine } from './change-line.ts';
export { changesJson } from './changes-json.ts';
export { diffTimelines } from './diff-timelines.ts';
export type { DiffInput } from './diff-timelines.ts';
export type { IdentityOf } from './track-item.ts';
