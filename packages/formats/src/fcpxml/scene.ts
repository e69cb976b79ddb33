import {
  add,
  addTime,
  compare,
  floor,
  formatRate,
  formatRational,
  min,
  multiply,
  negate,
  secondsFromTime,
  subtract,
  zero,
  canDropFrame,
  formatTimecode,
  type Rate,
  type Rational,
} from '@patchwork/time';
import { PatchworkError, isPatchworkError } from '@patchwork/kernel';
import {
  makeTransition,
  withUnmodelled,
  type Composable,
  type Item,
  type Track,
  type Transition,
  type Unmodelled,
} from '@patchwork/timeline';
import type { Moment, Remarks } from '../diagnostics.ts';
import type { Position } from '../xml/element.ts';
import { gapNode, metadataOf, timeAt, trackNode, type PlainObject } from './nodes.ts';

/** Which kind of track an item stands on. Captions are text that the picture does not hold. */
export type TrackKind = 'Video' | 'Audio' | 'Caption';

/**
 * Height of an item: its lane, then the lanes of what hangs on it. `[1]` lies over `[0]`, `[1, -1]` hangs below an item
 * of lane 1 and still over lane 0.
 */
export type LanePath = readonly number[];

/** An item with its place. Times are exact seconds from the scene's first frame. */
export interface Placement {
  readonly kind: TrackKind;
  readonly lane: LanePath;
  readonly start: Rational;
  readonly duration: Rational;
  /** A gap that is meant and not just the hole beside something that hangs. Default false. */
  readonly isBlack?: boolean;
  /** Replaced when something about it is only known later. */
  item: Item;
}

/** A transition between two neighbours of a storyline; null at its ends. */
export interface PlacedTransition {
  readonly kind: TrackKind;
  readonly lane: LanePath;
  readonly before: Placement | null;
  readonly after: Placement | null;
  readonly cut: Rational;
  readonly inOffset: Rational;
  readonly outOffset: Rational;
  readonly name: string;
  readonly transitionType: string;
  readonly metadata: PlainObject;
  readonly unmodelled: readonly Unmodelled[];
  readonly element: Origin;
}

/** What an item was read from, for remarks. */
export interface Origin {
  readonly name: string;
  readonly position: Position;
}

/** What a sequence says of the frame in which its items are shown. */
export interface SceneFormat {
  readonly rate: Rate;
  readonly width: number | null;
  readonly height: number | null;
  /** Record time of the first frame, exact seconds (`tcStart`). */
  readonly start: Rational;
  readonly dropFrame: boolean;
}

/** Compares heights: lower first. */
export function compareLanes(a: LanePath, b: LanePath): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Sound has no height; the main storyline's comes first, then what hangs below, then what hangs above. */
function compareSoundLanes(a: LanePath, b: LanePath): number {
  const group = (lane: LanePath): number => {
    const first = lane.find((part) => part !== 0) ?? 0;
    return first === 0 ? 0 : first < 0 ? 1 : 2;
  };
  const difference = group(a) - group(b);
  if (difference !== 0) return difference;
  return group(a) === 1 ? compareLanes(b, a) : compareLanes(a, b);
}

/** All of a scene, or its main storyline or what hangs on that alone. */
export type ScenePart = 'all' | 'storyline' | 'connected';

function isOfPart(lane: LanePath, part: ScenePart): boolean {
  return part === 'all' || lane.some((height) => height !== 0) === (part === 'connected');
}

function isIdleGap({ item, lane, isBlack }: Placement): boolean {
  return item.kind === 'Gap' && isBlack !== true && item.markers.length === 0 && lane.length > 0;
}

function endOf(placement: Placement): Rational {
  return add(placement.start, placement.duration);
}

function laneKey(kind: TrackKind, lane: LanePath): string {
  return `${kind} ${lane.join('.')}`;
}

/** More overlapping items than this on one lane are damage; finding a free track costs as much as there are tracks. */
const maxTracksPerLane = 256;

/** A track while it is being filled. */
interface OpenTrack {
  readonly placements: Placement[];
  readonly transitions: PlacedTransition[];
  end: Rational;
}

/** Collects the items of one timeline, nested or not, wherever they hang, and lays them out in tracks. */
export class Scene {
  readonly format: SceneFormat;
  readonly #remarks: Remarks;
  readonly #isNested: boolean;
  readonly #names: 'counted' | 'lanes';
  readonly #placements: Placement[] = [];
  /** What each placement was read from. */
  readonly #origins: Origin[] = [];
  #begin: Rational = zero;
  readonly #transitions = new Map<string, PlacedTransition[]>();

  /**
   * A nested scene may begin before its content's first clip: sound that was synchronised to it often does. Tracks are
   * counted, or named after the number of their lane, as the file's own program shows them.
   */
  constructor(format: SceneFormat, remarks: Remarks, isNested: boolean, names: 'counted' | 'lanes' = 'counted') {
    this.format = format;
    this.#names = names;
    this.#remarks = remarks;
    this.#isNested = isNested;
  }

  /** Record timecode of a moment of the scene, for remarks. */
  timecode(seconds: Rational): Moment {
    return { timecode: () => this.#formatted(seconds) };
  }

  #formatted(seconds: Rational): string | null {
    const { rate, start, dropFrame } = this.format;
    try {
      return formatTimecode(floor(multiply(add(start, seconds), rate)), rate, dropFrame && canDropFrame(rate));
    } catch (error) {
      // Rates such as 12.5 have no timecode; a remark without one still has its line.
      if (isPatchworkError(error)) return null;
      throw error;
    }
  }

  /** Takes an item in. One that begins before the first frame, or has no length, is reported and left out. */
  place(placement: Placement, element: Origin): Placement | null {
    const timecode = this.timecode(placement.start);
    if (placement.duration.num <= 0) {
      this.#remarks.add({
        code: `PW_${this.#remarks.area}_LENGTH`,
        severity: placement.duration.num < 0 ? 'error' : 'warning',
        at: element.position,
        timecode,
        message: `${element.name} "${placement.item.name}" has ${placement.duration.num < 0 ? 'a negative length' : 'no length'}; it was left out`,
        hint: 'Remove or correct the clip.',
      });
      return null;
    }
    const placed = placement.start.num < 0 && !this.#isNested ? this.#trimmed(placement, element) : placement;
    if (placed === null) return null;
    if (placed.kind === 'Video') this.#checkGrid(placed, element, timecode);
    this.#placements.push(placed);
    this.#origins.push(element);
    this.#begin = min(this.#begin, placed.start);
    return placed;
  }

  /** What of an item lies in the timeline; null, reported, where that cannot be said. */
  #trimmed(placement: Placement, element: Origin): Placement | null {
    const { item, start } = placement;
    const lead = negate(start);
    const duration = subtract(placement.duration, lead);
    const canTrim =
      duration.num > 0 && item.sourceRange !== null && item.effects.every(({ timeScalar }) => timeScalar === null);
    this.#remarks.add({
      code: `PW_${this.#remarks.area}_BEFORE_START`,
      severity: canTrim ? 'warning' : 'error',
      at: element.position,
      message: `${element.name} "${item.name}" begins before the timeline; ${canTrim ? 'its beginning was cut off' : 'it was left out'}`,
      hint: 'Move the clip into the timeline.',
    });
    if (!canTrim || item.sourceRange === null) return null;
    const { rate } = this.format;
    const from = addTime(item.sourceRange.start, { value: multiply(lead, rate), rate });
    return {
      ...placement,
      start: zero,
      duration,
      item: { ...item, sourceRange: { start: from, duration: timeAt(duration, rate) } },
    };
  }

  /** Takes a transition in. */
  join(transition: PlacedTransition): void {
    const key = laneKey(transition.kind, transition.lane);
    const others = this.#transitions.get(key);
    if (others === undefined) this.#transitions.set(key, [transition]);
    else others.push(transition);
  }

  /** Time at which the tracks begin: 0, or the start of what begins earlier in a nested scene. */
  get begin(): Rational {
    return this.#begin;
  }

  #checkGrid(placement: Placement, element: Origin, timecode: Moment): void {
    const start = multiply(placement.start, this.format.rate);
    const duration = multiply(placement.duration, this.format.rate);
    if (start.den === 1 && duration.den === 1) return;
    this.#remarks.add({
      code: `PW_${this.#remarks.area}_GRID`,
      severity: 'warning',
      at: element.position,
      timecode,
      message: `${element.name} "${placement.item.name}" does not start and end on a frame at ${formatRate(this.format.rate)}`,
      hint: 'The exact time is kept; the frame whose time has come is shown.',
    });
  }

  /** Lays the items of some kinds out: per lane, each item on the first track that is free. Pictures come bottom first. */
  tracks(kinds: readonly TrackKind[], part: ScenePart = 'all'): Track[] {
    return kinds.flatMap((kind) => this.#tracksOfKind(kind, part));
  }

  #tracksOfKind(kind: TrackKind, part: ScenePart): Track[] {
    const lanes = new Map<string, { lane: LanePath; placements: Placement[] }>();
    for (const placement of this.#placements) {
      if (placement.kind !== kind || !isOfPart(placement.lane, part)) continue;
      const key = placement.lane.join('.');
      const group = lanes.get(key) ?? { lane: placement.lane, placements: [] };
      group.placements.push(placement);
      lanes.set(key, group);
    }
    const order = kind === 'Audio' ? compareSoundLanes : compareLanes;
    const groups = [...lanes.values()].toSorted((a, b) => order(a.lane, b.lane));
    const filled = groups.flatMap(({ lane, placements }) =>
      this.#fill(kind, lane, placements).map((track) => ({ lane, track })),
    );
    const open = filled.filter(({ lane, track }) => this.#isWorthATrack(lane, track));
    const letter = kind === 'Video' ? 'V' : kind === 'Audio' ? 'A' : 'C';
    const primary = open.findIndex(({ lane }) => lane.every((part) => part === 0));
    const names = uniqueNames(open.map(({ lane }, index) => this.#nameOf(letter, lane, index)));
    return open.map(({ track }, index) =>
      trackNode(kind, names[index] ?? '', this.#children(track), kind === 'Video' && index === primary),
    );
  }

  #nameOf(letter: string, lane: LanePath, index: number): string {
    return `${letter}${this.#names === 'lanes' ? (lane[0] ?? index + 1) : index + 1}`;
  }

  /** Gaps alone show nothing; only those of the main storyline count, where nothing else makes the timeline as long. */
  #isWorthATrack(lane: LanePath, track: OpenTrack): boolean {
    if (track.placements.some(({ item }) => item.kind !== 'Gap' || item.markers.length > 0)) return true;
    if (this.#isNested || lane.length > 0) return false;
    return this.#placements.every((other) => other.item.kind === 'Gap' || compare(endOf(other), track.end) < 0);
  }

  #fill(kind: TrackKind, lane: LanePath, placements: readonly Placement[]): OpenTrack[] {
    const tracks: OpenTrack[] = [];
    const trackOf = new Map<Placement, OpenTrack>();
    for (const placement of placements.toSorted((a, b) => compare(a.start, b.start))) {
      let track = tracks.find((candidate) => compare(candidate.end, placement.start) <= 0);
      if (track === undefined) {
        if (tracks.length >= maxTracksPerLane) {
          const at = this.#origins[this.#placements.indexOf(placement)]?.position ?? null;
          throw new PatchworkError(
            `PW_${this.#remarks.area}_OVERLAP`,
            `${this.#remarks.place(at)}: more than ${maxTracksPerLane} items overlap on one lane`,
            {
              hint: 'The offsets of the file are damaged; export it again.',
              details: { file: this.#remarks.fileName, line: at?.line ?? null },
            },
          );
        }
        track = { placements: [], transitions: [], end: this.begin };
        tracks.push(track);
      }
      track.placements.push(placement);
      track.end = endOf(placement);
      trackOf.set(placement, track);
    }
    for (const transition of this.#transitions.get(laneKey(kind, lane)) ?? []) {
      const neighbour = transition.after ?? transition.before;
      const track = neighbour === null ? undefined : trackOf.get(neighbour);
      track?.transitions.push(transition);
    }
    return tracks;
  }

  /** Items in order with gaps between them and transitions on their cuts. */
  #children(track: OpenTrack): Composable[] {
    const { rate } = this.format;
    const children: Composable[] = [];
    const waiting = new Map<string, PlacedTransition[]>();
    for (const transition of track.transitions) {
      const key = formatRational(transition.cut);
      waiting.set(key, [...(waiting.get(key) ?? []), transition]);
    }
    const takeAt = (cut: Rational): void => {
      if (waiting.size === 0) return;
      const key = formatRational(cut);
      for (const transition of waiting.get(key) ?? []) {
        if (children.at(-1)?.kind === 'Transition') this.#refuse(transition, 'meets another one at the same cut');
        else children.push(transitionNode(transition, rate));
      }
      waiting.delete(key);
    };
    const { begin } = this;
    let end: Rational = begin;
    for (const placement of track.placements) {
      // A gap that hangs on something is just the hole that it leaves.
      if (isIdleGap(placement)) continue;
      if (compare(placement.start, end) > 0) {
        if (compare(end, begin) > 0) takeAt(end);
        children.push(gapNode(subtract(placement.start, end), rate));
      }
      takeAt(placement.start);
      children.push(placement.item);
      end = endOf(placement);
    }
    takeAt(end);
    // What a transition behind the last item reaches into is a gap: without one the item would end at its cut.
    const last = children.at(-1);
    if (last?.kind === 'Transition' && last.outOffset.value.num > 0)
      children.push(gapNode(secondsFromTime(last.outOffset), rate));
    for (const transition of [...waiting.values()].flat()) this.#refuse(transition, 'stands at no cut');
    return children;
  }

  #refuse(transition: PlacedTransition, why: string): void {
    this.#remarks.add({
      code: `PW_${this.#remarks.area}_TRANSITION`,
      severity: 'error',
      at: transition.element.position,
      timecode: this.timecode(transition.cut),
      message: `transition "${transition.name}" ${why}; it was left out`,
      hint: 'Remove or correct the transition.',
    });
  }
}

/** What overlaps on one lane stands on tracks above it, `A1`, `A1.2`, `A1.3`. */
function uniqueNames(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}.${count}`;
  });
}

/** A transition as its node. */
function transitionNode(placed: PlacedTransition, rate: Rate): Transition {
  const node = makeTransition({
    name: placed.name,
    transitionType: placed.transitionType,
    inOffset: timeAt(placed.inOffset, rate),
    outOffset: timeAt(placed.outOffset, rate),
    metadata: metadataOf('fcpxml', placed.metadata),
  });
  return withUnmodelled(node, placed.unmodelled);
}
