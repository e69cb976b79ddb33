export type {
  Change,
  ChangeKind,
  Changes,
  Department,
  Place,
  PlacePair,
  ScriptStep,
  ValueChange,
} from './changes/change.ts';
export { changeLine, clipsText } from './changes/change-line.ts';
export { changesJson } from './changes/changes-json.ts';
export { arePicturesCompared, diffTimelines } from './diff-timelines.ts';
export type { DiffInput } from './diff-timelines.ts';
export type { IdentityOf } from './items/track-item.ts';
export { conflictLine } from './merge/conflict.ts';
export type { ConflictKind, ConflictVersion, MergeConflict, MergeSide } from './merge/conflict.ts';
export { mergeTimelines } from './merge/merge-timelines.ts';
export type { Merge, MergeInput } from './merge/merge-timelines.ts';
export { timecodeText } from './changes/place.ts';
export type { Side, SideItem, SideMatch, SideTrack } from './changes/side.ts';
export { departmentNames, departmentsOf, onlyDepartments } from './changes/department.ts';
export type { Handles } from './changes/handle-draft.ts';
export { timelineText } from './items/timeline-text.ts';
export { inverseScript } from './patch/inverse-step.ts';
export { placedScript } from './patch/place-script.ts';
export { scriptPatch } from './script-patch.ts';
export type { ScriptPatch } from './script-patch.ts';
