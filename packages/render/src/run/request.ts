import type { Json } from '@patchwork/kernel';
import type { Rate } from '@patchwork/time';

/** What to do where the renderer meets something that it cannot draw or see. */
export type UnknownPolicy = 'refuse' | 'trust';

/**
 * How a new version takes the old one's place. `whole`: a new file beside the old one, then a rename. `fast`: the same, but
 * the new file is a clone to which is appended; what was replaced stays in it until `compact`. `in-place`: appended to the
 * file itself, journalled, and taken back by `undo`; pictures of constant size and PCM are overwritten where they stand.
 */
export type PublicationMode = 'whole' | 'fast' | 'in-place';

/** Which render is asked for. Ranges are frames from the timeline's start. */
export interface RenderRequest {
  /** Path of the timeline file. */
  readonly timelinePath: string;
  /** Which timeline of the file; null takes the only one. */
  readonly timelineName: string | null;
  /** Frame rate of an edit decision list; null: guessed, with a warning. */
  readonly edlRate: Rate | null;
  /** Path of the deliverable. */
  readonly deliverablePath: string;
  /** A built-in profile's name, or a profile file's content; null takes the ledger's, else one by extension. */
  readonly profile: string | { readonly [key: string]: Json } | null;
  /** Part of the timeline to deliver, as the person wrote it (`IN:OUT`, frames or timecodes); null for all of it. */
  readonly range: string | null;
  /** Parts to render again whatever the keys say, likewise. */
  readonly forceRanges: readonly string[];
  /** Render everything anew, and overwrite a file that is not ours. */
  readonly full: boolean;
  /** Keep delivered chunks of other encoder settings beside new ones. */
  readonly allowMixed: boolean;
  readonly onUnknown: UnknownPolicy;
  readonly mediaMap: readonly { readonly from: string; readonly to: string }[];
  readonly searchFolders: readonly string[];
  /** Path of the project whose grades, Fusion compositions and effects are looked at. Default: none. */
  readonly grades?: string | null;
  /** Hash every reused byte, also of a file whose stat tuple is as we left it. */
  readonly paranoid: boolean;
  /** How the new version takes the old one's place. Default: `whole`. */
  readonly publication?: PublicationMode;
  /** Who makes the fresh pictures: this program, or another one by hand. Default: `ffmpeg`. */
  readonly renderer?: 'ffmpeg' | 'pieces';
  /** Where the other program's files are. */
  readonly piecesFolder?: string;
  /** How the result is proven before it is published. */
  readonly proof: 'default' | 'deep';
}
