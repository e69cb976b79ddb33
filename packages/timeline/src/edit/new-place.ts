import { PatchworkError, type Json } from '@patchwork/kernel';
import type { Stack } from '../model.ts';

/** As which one of its kind a new track is to stand: `V2`; null for the next one. */
export interface TrackLabel {
  readonly kind: string;
  readonly number: number | null;
}

/** Reads a label of a step, beside the kind that it says; null where that is none. */
export function trackLabel(track: Json | undefined, said: string | null): TrackLabel | null {
  if (track === undefined) return { kind: said ?? 'Video', number: null };
  const [, letter, digits] = (typeof track === 'string' ? /^([VA])([1-9]\d{0,3})$/i.exec(track) : null) ?? [];
  const kind = letter?.toUpperCase() === 'A' ? 'Audio' : 'Video';
  return letter === undefined || (said !== null && said !== kind) ? null : { kind, number: Number(digits) };
}

/** Where a new track stands: in the place of the one that is called so now, else above the last one of its kind. @throws PW_EDIT_TRACK */
export function newPlaceOf({ children }: Stack, { kind, number }: TrackLabel): number {
  const places = children.flatMap((child, at) => (child.kind === 'Track' && child.trackKind === kind ? [at] : []));
  if (number !== null && number > places.length + 1) {
    throw new PatchworkError(
      'PW_EDIT_TRACK',
      `there are ${places.length} ${kind} tracks: a new one cannot be number ${number}`,
      {
        hint: `The next one is number ${places.length + 1}.`,
        details: { kind, number },
      },
    );
  }
  const taken = number === null ? undefined : places[number - 1];
  return taken ?? (places.at(-1) ?? children.length - 1) + 1;
}
