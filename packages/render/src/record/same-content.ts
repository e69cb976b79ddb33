import type { LedgerEntry, NewLedgerEntry } from '@patchwork/store';

/** What an entry says of its content, wherever its file stands and however it was written. */
export type Content = Pick<
  NewLedgerEntry,
  | 'keySchema'
  | 'mixed'
  | 'profile'
  | 'toolchain'
  | 'timeline'
  | 'timelineName'
  | 'media'
  | 'epochs'
  | 'range'
  | 'renderer'
>;

/**
 * The entry of a file that holds what an older one held, made anew without rendering a frame: by compacting, or by bringing a
 * version back.
 *
 * @param made what is of the file alone.
 */
export function copiedEntry(
  { clockMs }: { readonly clockMs: () => number },
  entry: LedgerEntry,
  made: Pick<NewLedgerEntry, 'parent' | 'moovDigest' | 'fileSize' | 'fileSha256' | 'chunks' | 'sound'>,
): NewLedgerEntry {
  const { rendered, reused } = entry.counts;
  return { ...contentOf(entry), ...made, timeMs: clockMs(), counts: { rendered: 0, reused: rendered + reused } };
}

/** Takes over what an older entry says of its content: for the same content in another file. */
export function contentOf(entry: LedgerEntry): Content {
  const { profile, toolchain, timeline, timelineName, media, epochs, range, renderer, keySchema, mixed } = entry;
  return {
    ...(keySchema === undefined ? {} : { keySchema }),
    ...(mixed === undefined ? {} : { mixed }),
    profile,
    toolchain,
    timeline,
    timelineName,
    media,
    epochs,
    range,
    renderer,
  };
}
