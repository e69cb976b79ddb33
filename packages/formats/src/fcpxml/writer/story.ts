import { add, compare, max, secondsFromTime, subtract, zero, type Rational } from '@patchwork/time';
import type { Track, Transition } from '@patchwork/timeline';
import { keptIn, keptObjects, keptText, keptTexts } from '../../clip-metadata.ts';
import { parseXml } from '../../xml/parse.ts';
import { outFromElement, xml, type XmlOut } from '../../xml/write.ts';
import type { Hints } from '../hints.ts';
import { formatFcpTime } from '../time.ts';
import { writeItem } from './items.ts';
import { markerElements } from './kept-parts.ts';
import { ownStartOf, type ItemContext, type ItemPlace } from './item-context.ts';
import { linksOf, type Links } from './links.ts';
import { piecesOf, type Piece, type PieceTrack } from './pieces.ts';

/** An element of a storyline while connected items are still being hung on it. */
interface Host {
  readonly start: Rational;
  readonly localStart: Rational;
  /** Null for a transition. */
  readonly element: {
    readonly name: string;
    readonly attributes: XmlOut['attributes'];
    readonly before: readonly XmlOut[];
    readonly after: readonly XmlOut[];
  };
  readonly connected: XmlOut[];
}

const crossDissolve = { name: 'Cross Dissolve', uid: 'FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265' };
const crossfade = { name: 'Audio Crossfade', uid: 'FFAudioTransition' };

/** A transition's element; `cut` is in the storyline's own offsets. */
function transitionElement(
  context: ItemContext,
  transition: Transition,
  cut: Rational,
  sides: { video: boolean; audio: boolean },
  where: string,
): XmlOut {
  const [before, after] = [secondsFromTime(transition.inOffset), secondsFromTime(transition.outOffset)];
  const kept = keptIn(transition.metadata, 'fcpxml');
  const filters = keptTexts(kept, 'filters').map((text) => outFromElement(parseXml('kept', text)));
  const effects = keptObjects(kept, 'effects');
  const renewed = filters.map((filter, index) => {
    const effect = effects[index] ?? {};
    const id = context.resources.effect(keptText(effect, 'name') ?? '', keptText(effect, 'uid') ?? '');
    return {
      ...filter,
      attributes: filter.attributes.map(([name, value]) => [name, name === 'ref' ? id : value] as const),
    };
  });
  if (transition.transitionType !== 'SMPTE_Dissolve' && renewed.length === 0) {
    context.notSaid.add(
      'PW_WRITE_TRANSITION',
      'error',
      `the transition "${transition.transitionType}" has no place in FCPXML; a dissolve was written`,
      where,
    );
  }
  const filter = (name: string, effect: typeof crossDissolve): XmlOut =>
    renewed.find((candidate) => candidate.name === name) ??
    xml(name, [
      ['ref', context.resources.effect(effect.name, effect.uid)],
      ['name', effect.name],
    ]);
  return xml(
    'transition',
    [
      ['name', transition.name === '' ? null : transition.name],
      ['offset', formatFcpTime(subtract(cut, before))],
      ['duration', formatFcpTime(add(before, after))],
    ],
    [
      ...(sides.video ? [filter('filter-video', crossDissolve)] : []),
      ...(sides.audio ? [filter('filter-audio', crossfade)] : []),
    ],
  );
}

/** Writes one timeline's tracks as a spine with everything else hung on it. */
export class StoryWriter {
  readonly #context: ItemContext;
  readonly #pictures: readonly PieceTrack[];
  readonly #sounds: readonly PieceTrack[];
  readonly #captions: readonly PieceTrack[];
  readonly #links: Links;
  readonly #hosts: Host[] = [];
  readonly #soundLanes = new Map<Piece, string>();
  /** Offset of the spine's first frame (`tcStart`). */
  readonly #origin: Rational;

  constructor(context: ItemContext, tracks: readonly Track[], origin: Rational) {
    this.#context = context;
    this.#origin = origin;
    const ofKind = (kind: string, letter: string): PieceTrack[] =>
      tracks
        .filter((track) => track.trackKind === kind)
        .map((track, index) =>
          piecesOf(
            this.#plainTrack(track, `${letter}${index + 1}`),
            track.name === '' ? `${letter}${index + 1}` : track.name,
            context.notSaid,
          ),
        );
    this.#pictures = ofKind('Video', 'V');
    this.#sounds = ofKind('Audio', 'A');
    this.#captions = ofKind('Caption', 'C');
    for (const track of tracks) {
      if (!['Video', 'Audio', 'Caption'].includes(track.trackKind)) {
        context.notSaid.add(
          'PW_WRITE_TRACK',
          'error',
          `the track of kind "${track.trackKind}" has no place in FCPXML; it was left out`,
          track.name,
        );
      }
    }
    this.#links = linksOf(this.#pictures, this.#sounds);
  }

  /** What FCPXML cannot say of a track goes to its items, or is reported. */
  #plainTrack(track: Track, name: string): Track {
    if (track.effects.length > 0)
      this.#context.notSaid.add(
        'PW_WRITE_TRACK',
        'error',
        'effects of a whole track have no place in FCPXML; they were left out',
        name,
      );
    if (track.sourceRange !== null)
      this.#context.notSaid.add(
        'PW_WRITE_TRACK',
        'error',
        'the trim of a whole track has no place in FCPXML; it was left out',
        name,
      );
    if (track.enabled) return track;
    this.#context.notSaid.add('PW_WRITE_TRACK', 'note', 'the track is switched off; its items were', name);
    return {
      ...track,
      children: track.children.map((child) =>
        child.kind === 'Clip' || child.kind === 'Stack' ? { ...child, enabled: false } : child,
      ),
    };
  }

  /** The `<spine>`. */
  spine(): XmlOut {
    const isPrimary = ({ track }: PieceTrack): boolean => keptIn(track.metadata, 'fcpxml')['primary'] === true;
    const primary = this.#pictures.find(isPrimary) ?? this.#pictures[0] ?? null;
    const index = primary === null ? 0 : this.#pictures.indexOf(primary);
    // Without pictures the first sound carries the rest.
    const main = primary ?? this.#sounds[0] ?? null;
    if (primary !== null) this.#noteSoundLanes(index);
    const elements: (Host | XmlOut)[] = [];
    if (main !== null) this.#layOut(main, elements, primary !== null);
    if (this.#hosts.length === 0) this.#addGap(elements, zero, this.#length());
    this.#pictures.forEach((track, at) => {
      if (track !== primary) this.#hang(track, at - index, 'video');
    });
    let below = 0;
    for (const track of this.#sounds) {
      if (track === main) continue;
      const pieces = track.pieces.filter((piece) => !this.#links.isWrittenWithPicture(piece));
      if (pieces.every(({ item }) => item.kind === 'Gap')) continue;
      below -= 1;
      this.#hang({ ...track, pieces }, below, 'audio');
    }
    this.#captions.forEach((track, at) => this.#hang(track, Math.max(1, this.#pictures.length - index) + at, 'video'));
    return xml(
      'spine',
      [],
      elements.map((entry) => ('connected' in entry ? finished(entry) : entry)),
    );
  }

  #length(): Rational {
    return [...this.#pictures, ...this.#sounds, ...this.#captions].reduce<Rational>(
      (end, track) => max(end, track.end),
      zero,
    );
  }

  #addGap(elements: (Host | XmlOut)[], start: Rational, duration: Rational, piece: Piece | null = null): void {
    if (duration.num <= 0) return;
    const host: Host = {
      start,
      localStart: zero,
      element: gapElement(null, add(this.#origin, start), duration, piece),
      connected: [],
    };
    this.#hosts.push(host);
    elements.push(host);
  }

  #layOut(track: PieceTrack, elements: (Host | XmlOut)[], isPicture: boolean): void {
    track.pieces.forEach((piece, index) => {
      const where = `${track.name} / ${piece.item.name}`;
      if (piece.head !== null)
        elements.push(
          this.#transition(
            piece.head,
            [track.pieces[index - 1] ?? null, piece],
            isPicture,
            add(this.#origin, piece.start),
            where,
          ),
        );
      const place: ItemPlace = {
        lane: null,
        offset: add(this.#origin, piece.start),
        where,
        hints: this.#hintsOf(piece),
      };
      const written = piece.item.kind === 'Gap' ? null : this.#write(place, piece, isPicture);
      if (written === null) this.#addGap(elements, piece.start, piece.duration, piece);
      else {
        const host: Host = { start: piece.start, localStart: written.localStart, element: written, connected: [] };
        this.#hosts.push(host);
        elements.push(host);
      }
    });
    const last = track.pieces.at(-1);
    if (last?.tail != null)
      elements.push(
        this.#transition(
          last.tail,
          [last, null],
          isPicture,
          add(this.#origin, last.end),
          `${track.name} / ${last.item.name}`,
        ),
      );
  }

  /** A transition of a storyline carries the sound's where sound that is written with its picture crossfades there. */
  #transition(
    transition: Transition,
    between: readonly (Piece | null)[],
    isPicture: boolean,
    cut: Rational,
    where: string,
  ): XmlOut {
    if (!isPicture) return transitionElement(this.#context, transition, cut, { video: false, audio: true }, where);
    const [before, after] = between.map((piece) => (piece == null ? null : this.#links.soundOf(piece)));
    const isSplit = [before, after].some(
      (sound) => sound != null && keptIn(sound.item.metadata, 'fcpxml')['splitCrossfade'] === true,
    );
    const audio = isSplit || before?.tail != null || after?.head != null;
    return transitionElement(this.#context, transition, cut, { video: true, audio }, where);
  }

  #write(place: ItemPlace, piece: Piece, isPicture: boolean): ReturnType<typeof writeItem> {
    return isPicture
      ? writeItem(this.#context, place, piece, this.#links.soundOf(piece))
      : writeItem(this.#context, place, null, piece);
  }

  #hintsOf(piece: Piece): Hints {
    return { link: this.#links.hintOf(piece), lane: this.#soundLanes.get(piece) ?? null };
  }

  /** Sound that stands on a track with sound that is written with its picture must be read back onto that picture's lane. */
  #noteSoundLanes(primaryIndex: number): void {
    for (const { pieces } of this.#sounds) {
      const shared = pieces.find((piece) => this.#links.isWrittenWithPicture(piece));
      if (shared === undefined) continue;
      const at = this.#pictures.findIndex((track) =>
        track.pieces.some((piece) => this.#links.soundOf(piece) === shared),
      );
      for (const piece of pieces)
        if (!this.#links.isWrittenWithPicture(piece)) this.#soundLanes.set(piece, String(at - primaryIndex));
    }
  }

  /** The storyline element under a moment: the last one that begins at or before it. */
  #hostAt(time: Rational): Host {
    let low = 0;
    let high = this.#hosts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const host = this.#hosts[middle];
      if (host !== undefined && compare(host.start, time) <= 0) low = middle;
      else high = middle - 1;
    }
    const host = this.#hosts[low];
    if (host === undefined) throw new TypeError('StoryWriter: nothing to hang on');
    return host;
  }

  /** Hangs a track's items on the spine, those that transitions join as storylines of their own. */
  #hang(track: PieceTrack, lane: number, side: 'video' | 'audio'): void {
    for (const run of runsOf(track.pieces)) {
      const [first] = run;
      if (first === undefined) continue;
      const host = this.#hostAt(first.start);
      const offset = add(host.localStart, subtract(first.start, host.start));
      if (run.length === 1 && first.head === null && first.tail === null) {
        const element = this.#element(first, side, {
          lane,
          offset,
          where: `${track.name} / ${first.item.name}`,
          hints: this.#hintsOf(first),
        });
        if (element !== null) host.connected.push(element);
      } else
        host.connected.push(
          xml(
            'spine',
            [
              ['lane', String(lane)],
              ['offset', formatFcpTime(offset)],
            ],
            this.#story(run, first.start, side, track.name),
          ),
        );
    }
  }

  #story(run: readonly Piece[], start: Rational, side: 'video' | 'audio', name: string): XmlOut[] {
    return run.flatMap((piece, index) => {
      const offset = subtract(piece.start, start);
      const where = `${name} / ${piece.item.name}`;
      const element = this.#element(piece, side, { lane: null, offset, where, hints: this.#hintsOf(piece) });
      const head =
        piece.head === null
          ? []
          : [this.#transition(piece.head, [run[index - 1] ?? null, piece], side === 'video', offset, where)];
      const isLast = index === run.length - 1;
      const tail =
        isLast && piece.tail !== null
          ? [this.#transition(piece.tail, [piece, null], side === 'video', subtract(piece.end, start), where)]
          : [];
      return [...head, element ?? finishedItem(gapElement(null, offset, piece.duration, piece), []), ...tail];
    });
  }

  #element(piece: Piece, side: 'video' | 'audio', place: ItemPlace): XmlOut | null {
    if (piece.item.kind === 'Gap') return null;
    const written = this.#write(place, piece, side === 'video');
    return written === null ? null : finishedItem(written, []);
  }
}

/** Items joined by transitions belong together; gaps only where a transition reaches into them. */
function runsOf(pieces: readonly Piece[]): Piece[][] {
  const runs: Piece[][] = [];
  let run: Piece[] = [];
  const close = (): void => {
    if (run.some(({ item }) => item.kind !== 'Gap')) runs.push(run);
    run = [];
  };
  for (const piece of pieces) {
    if (piece.head === null || run.length === 0) close();
    run.push(piece);
  }
  close();
  return runs.map(withoutIdleGaps);
}

/** A gap at a run's edge counts only where the transition beside it reaches over the gap's side of the cut. */
function withoutIdleGaps(run: Piece[]): Piece[] {
  const [first, second] = run;
  if (first?.item.kind === 'Gap' && second?.head != null && second.head.inOffset.value.num === 0)
    return withoutIdleGaps(run.slice(1));
  const [last, before] = [run.at(-1), run.at(-2)];
  if (last?.item.kind === 'Gap' && before?.tail != null && before.tail.outOffset.value.num === 0)
    return withoutIdleGaps(run.slice(0, -1));
  return run;
}

function gapElement(lane: number | null, offset: Rational, duration: Rational, piece: Piece | null): Host['element'] {
  const markers = piece === null ? [] : markerElements(piece.item, (own) => subtract(own, ownStartOf(piece.item)));
  return {
    name: 'gap',
    attributes: [
      ['lane', lane === null ? null : String(lane)],
      ['name', piece === null || piece.item.kind !== 'Gap' ? 'Gap' : piece.item.name],
      ['offset', formatFcpTime(offset)],
      ['start', '0s'],
      ['duration', formatFcpTime(duration)],
    ],
    before: [],
    after: markers,
  };
}

function finishedItem(element: Host['element'], connected: readonly XmlOut[]): XmlOut {
  return xml(element.name, element.attributes, [...element.before, ...connected, ...element.after]);
}

function finished(host: Host): XmlOut {
  return finishedItem(host.element, host.connected);
}
