import { type Json, PatchworkError } from '@patchwork/kernel';

/** Why a clip cannot be drawn. */
export type RefusalKind = 'offline' | 'interlaced' | 'hdr' | 'undecodable' | 'sequence' | 'font' | 'layout';

/** A clip that cannot be drawn. */
export interface Refusal {
  readonly kind: RefusalKind;
  readonly clip: string;
  readonly track: string;
  /** Path or URL; null where the timeline names none. */
  readonly path: string | null;
  /** What was found, for people: `field order tt`. */
  readonly found: string;
}

interface PlacedRefusal extends Refusal {
  readonly frame: number;
}

const codes: {
  readonly [kind in RefusalKind]: { readonly code: string; readonly what: string; readonly hint: string };
} = {
  offline: {
    code: 'PW_MEDIA_OFFLINE',
    what: 'media is missing',
    hint: 'Bring the files back, or point to them with --search DIR or --media-map OLD=NEW.',
  },
  undecodable: {
    code: 'PW_MEDIA_NO_PICTURE',
    what: 'media on a video track has no picture',
    hint: 'Relink the clip to a file with a video stream, or disable it.',
  },
  sequence: {
    code: 'PW_MEDIA_SEQUENCE',
    what: 'image sequences cannot be read yet',
    hint: 'Convert the sequence to a ProRes file and relink the clip to it.',
  },
  interlaced: {
    code: 'PW_PICTURE_INTERLACED',
    what: 'interlaced sources cannot be drawn yet',
    hint: 'Deinterlace the source first and relink the clip to the result.',
  },
  hdr: {
    code: 'PW_PICTURE_HDR',
    what: 'sources would need a conversion between HDR and SDR',
    hint: 'Convert the source to the colour of the timeline first, or render with a profile of the source’s transfer.',
  },
  layout: {
    code: 'PW_SOUND_LAYOUT',
    what: 'sound has more channels or streams than stereo and nothing says how they are meant',
    hint: 'Say it in the clip’s metadata: patchwork.soundStream names a stream, patchwork.channelMap gives the weight of each channel.',
  },
  font: {
    code: 'PW_FONT_MISSING',
    what: 'a burn-in needs a font and none is at hand',
    hint: 'Name a font file, or take the burn-in away.',
  },
};

/** In which order kinds are thrown when there are several. */
const order: readonly RefusalKind[] = ['offline', 'sequence', 'undecodable', 'interlaced', 'hdr', 'layout', 'font'];

/** Collects what cannot be drawn, so that all of it is told at once. */
export class Refusals {
  readonly #found = new Map<string, PlacedRefusal>();
  #frame = 0;

  /** From here on what is refused shows at this record frame. */
  lookAt(frame: number): void {
    this.#frame = frame;
  }

  add(refusal: Refusal): void {
    const name = JSON.stringify([refusal.kind, refusal.track, refusal.clip, refusal.path]);
    if (!this.#found.has(name)) this.#found.set(name, { ...refusal, frame: this.#frame });
  }

  /**
   * Throws for the most basic kind there is, naming every clip of it.
   *
   * @param timecode writes a record frame for people.
   * @throws PW_MEDIA_OFFLINE, PW_MEDIA_SEQUENCE, PW_MEDIA_NO_PICTURE, PW_PICTURE_INTERLACED, PW_PICTURE_HDR,
   * PW_SOUND_LAYOUT, PW_FONT_MISSING
   */
  throwIfAny(timecode: (frame: number) => string): void {
    for (const kind of order) {
      const all = [...this.#found.values()].filter((refusal) => refusal.kind === kind);
      if (all.length === 0) continue;
      const { code, what, hint } = codes[kind];
      const lines = all.map(
        (one) =>
          `${one.track} ${timecode(one.frame)} "${one.clip}": ${one.path ?? 'no file named'}${one.found === '' ? '' : ` (${one.found})`}`,
      );
      const clips = all.map((one): Json => ({
        clip: one.clip,
        track: one.track,
        frame: one.frame,
        timecode: timecode(one.frame),
        path: one.path,
        found: one.found,
      }));
      throw new PatchworkError(code, `${what}: ${lines.join('; ')}`, { hint, details: { clips } });
    }
  }
}
