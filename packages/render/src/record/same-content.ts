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
