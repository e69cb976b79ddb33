import { isPatchworkError } from '@patchwork/kernel';
import { timecodeText, type Change, type Changes, type Side } from '@patchwork/diff';
import { sidePictures, type ComparedSide } from '@patchwork/render';
import type { ChangePictures } from '@patchwork/report';
import type { CommandContext } from './shell.ts';

/** A page of more would not fit into a mail. */
const mostPairs = 40;
const pictureWidth = 320;

/** Pictures for the report, and what to say of those that are not there. */
export interface DiffPictures {
  readonly pictures: ReadonlyMap<number, ChangePictures>;
  readonly notes: readonly string[];
}

interface Wanted {
  readonly index: number;
  readonly old: number | null;
  readonly new: number | null;
}

/** Takes a frame before and after of the first changes that show, where deliverable or media are at hand. */
export async function diffPictures(
  context: CommandContext,
  changes: Changes,
  sides: { readonly old: ComparedSide; readonly new: ComparedSide },
): Promise<DiffPictures> {
  const wanted = changes.changes.flatMap((change, index) => wantedOf(change, index) ?? []);
  const asked = wanted.slice(0, mostPairs);
  try {
    const [old, next] = await Promise.all([
      imagesOf(
        context,
        sides.old,
        asked.map((each) => each.old),
      ),
      imagesOf(
        context,
        sides.new,
        asked.map((each) => each.new),
      ),
    ]);
    const pictures = new Map(
      asked.flatMap((each, at): [number, ChangePictures][] => {
        const pair = {
          old: pictureOf(old[at] ?? null, each.old, changes.sides.old),
          new: pictureOf(next[at] ?? null, each.new, changes.sides.new),
        };
        return pair.old === null && pair.new === null ? [] : [[each.index, pair]];
      }),
    );
    return { pictures, notes: noteOf(wanted.length, pictures.size) };
  } catch (error) {
    // A list without pictures is a list; that there are none is said on it.
    if (!isPatchworkError(error)) throw error;
    return { pictures: new Map(), notes: [`Without pictures: ${error.message} (${error.code}).`] };
  }
}

/** The middle of what differs, and the frame that stood there in the clip as it was. */
function wantedOf(change: Change, index: number): Wanted | null {
  const { old, new: next, kind, department } = change;
  if (department === 'sound' || kind === 'shift' || kind === 'gap') return null;
  if (department === 'metadata' && change.dirty.length === 0) return null;
  if (old === null && next === null) return null;
  const place = (next ?? old)?.record ?? { in: 0, out: 1 };
  const seen = next === null ? undefined : change.dirty.find((range) => range.in < place.out && range.out > place.in);
  const about = seen === undefined ? place : { in: Math.max(seen.in, place.in), out: Math.min(seen.out, place.out) };
  const middle = Math.floor((about.in + about.out) / 2);
  if (next === null) return { index, old: middle, new: null };
  const within = middle - next.record.in;
  // A transition is told by its new clips alone: what was there before stands at the same timecode.
  const before =
    old === null ? (kind === 'transition' ? middle : null) : Math.min(old.record.in + within, old.record.out - 1);
  return { index, old: before, new: middle };
}

async function imagesOf(
  context: CommandContext,
  side: ComparedSide,
  frames: readonly (number | null)[],
): Promise<readonly (Uint8Array | null)[]> {
  const asked = frames.filter((frame) => frame !== null);
  const images = await sidePictures(context, side, asked, pictureWidth);
  let next = 0;
  return frames.map((frame) => (frame === null ? null : (images[next++] ?? null)));
}

function pictureOf(image: Uint8Array | null, frame: number | null, { rate, start }: Side): ChangePictures['old'] {
  if (image === null || frame === null) return null;
  return {
    image: `data:image/jpeg;base64,${Buffer.from(image).toString('base64')}`,
    timecode: timecodeText(start.frame + frame, rate, start.dropFrame),
  };
}

function noteOf(wanted: number, shown: number): string[] {
  if (wanted === 0 || shown === wanted) return [];
  if (shown === 0) return ['Without pictures: neither a deliverable nor the media was at hand.'];
  return [`Pictures of ${shown} of ${wanted} changes: of the first ${mostPairs}, where the media is at hand.`];
}
