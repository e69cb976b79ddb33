import type { Diagnostic } from '@patchwork/kernel';

/** Which program is to read the file: it decides how values are spelled. */
export type FcpxmlProfile = 'finalcut' | 'resolve';

/** How to write FCPXML. */
export interface WriteFcpxmlOptions {
  /** Default `finalcut`. */
  readonly profile?: FcpxmlProfile;
  /** Name of the event. Default: the one the timeline was read from, else `Patchwork`. */
  readonly event?: string;
}

/** A written document and what it does not say. */
export interface WrittenText {
  readonly text: string;
  readonly notSaid: readonly Diagnostic[];
}
