import type { Change, ChangeKind } from '@patchwork/diff';

/** What readers tell apart at a glance, and by colour. */
export type ChangeGroup =
  | 'added'
  | 'removed'
  | 'replaced'
  | 'moved'
  | 'trimmed'
  | 'look'
  | 'sound'
  | 'shifted'
  | 'note';

/** How a group is shown. */
export interface GroupFacts {
  readonly label: string;
  /** As DaVinci Resolve names marker colours. */
  readonly resolve: string;
  /** As OpenTimelineIO names marker colours. */
  readonly otio: string;
  /** Red, green, blue, 0…1: of clips in an annotated timeline. */
  readonly rgb: readonly [number, number, number];
}

/** All groups, in the order in which they are listed. */
export const changeGroups: { readonly [group in ChangeGroup]: GroupFacts } = {
  added: { label: 'Added', resolve: 'Green', otio: 'GREEN', rgb: [0.18, 0.63, 0.35] },
  removed: { label: 'Removed', resolve: 'Red', otio: 'RED', rgb: [0.83, 0.2, 0.22] },
  replaced: { label: 'Replaced', resolve: 'Fuchsia', otio: 'MAGENTA', rgb: [0.75, 0.25, 0.65] },
  moved: { label: 'Moved', resolve: 'Blue', otio: 'BLUE', rgb: [0.2, 0.45, 0.85] },
  trimmed: { label: 'Trimmed', resolve: 'Yellow', otio: 'ORANGE', rgb: [0.87, 0.55, 0.1] },
  look: { label: 'Look', resolve: 'Purple', otio: 'PURPLE', rgb: [0.5, 0.36, 0.8] },
  sound: { label: 'Sound', resolve: 'Cyan', otio: 'CYAN', rgb: [0.1, 0.58, 0.6] },
  shifted: { label: 'Shifted', resolve: 'Sky', otio: 'BLUE', rgb: [0.55, 0.7, 0.88] },
  note: { label: 'Notes and settings', resolve: 'Cream', otio: 'WHITE', rgb: [0.55, 0.57, 0.6] },
};

/** The groups' names, in order. */
export const groupNames: readonly ChangeGroup[] = Object.keys(changeGroups) as ChangeGroup[];

/** The group of a change: by its kind; what only sound has is sound. */
export function groupOf({ kind, department }: Pick<Change, 'kind' | 'department'>): ChangeGroup {
  const group = groupOfKind(kind);
  return group === 'look' && department === 'sound' ? 'sound' : group;
}

function groupOfKind(kind: ChangeKind): ChangeGroup {
  switch (kind) {
    case 'insert':
    case 'overwrite':
      return 'added';
    case 'delete':
    case 'lift':
      return 'removed';
    case 'replace':
    case 'version':
    case 'content':
      return 'replaced';
    case 'move':
    case 'gap':
    case 'slide':
      return 'moved';
    case 'shift':
      return 'shifted';
    case 'ripple-trim':
    case 'trim':
    case 'roll':
    case 'slip':
    case 'split':
    case 'join':
    case 'extend':
      return 'trimmed';
    case 'volume':
    case 'pan':
    case 'fade':
    case 'route':
      return 'sound';
    case 'metadata':
    case 'relink':
    case 'project':
    case 'deliverable':
      return 'note';
    case 'retime':
    case 'transform':
    case 'crop':
    case 'opacity':
    case 'composite':
    case 'conform':
    case 'effect':
    case 'title':
    case 'grade':
    case 'fusion':
    case 'unmodelled':
    case 'burn-in':
    case 'transition':
    case 'enabled':
    case 'track':
    case 'interpretation':
    case 'compound':
    case 'picture':
      return 'look';
  }
}
