import fc from 'fast-check';
import { rational } from '@patchwork/time';
import {
  jsonFrom,
  makeClip,
  makeEffect,
  makeFreezeFrame,
  makeGeneratorReference,
  makeMarker,
  makeRange,
  makeTime,
  makeTimeWarp,
  makeTrack,
  seenThing,
  withUnmodelled,
  type Composable,
  type Effect,
  type Item,
  type Stack,
  type Timeline,
  type Track,
} from '@patchwork/timeline';
import { clip, fps24 } from './fixture.ts';

/** A change that a file may show and that is written straight into the timeline; its numbers are settled there. */
export type RandomLook = readonly [kind: number, track: number, item: number, amount: number];

const kinds = 24;

export const anyLooks: fc.Arbitrary<readonly RandomLook[]> = fc.array(
  fc.tuple(fc.nat(kinds - 1), fc.nat(5), fc.nat(1000), fc.integer({ min: -12, max: 12 })),
  { minLength: 1, maxLength: 3 },
);

/** The timeline with what each change says: tracks, burn-ins, curves, compounds, titles, grades, transitions. */
export function looked(start: Timeline, looks: readonly RandomLook[]): Timeline {
  return looks.reduce((now, look) => ({ ...changedStart(now, look), tracks: lookedStack(now.tracks, look) }), start);
}

function changedStart(now: Timeline, [kind, , , amount]: RandomLook): Timeline {
  if (kind === 0) return { ...now, globalStartTime: makeTime(1000 + amount, fps24) };
  return kind === 1 ? { ...now, name: `v${amount}` } : now;
}

function lookedStack(stack: Stack, look: RandomLook): Stack {
  const [kind, trackNumber, itemNumber, amount] = look;
  const at = trackNumber % Math.max(1, stack.children.length);
  const child = stack.children[at];
  if (child?.kind !== 'Track') return stack;
  const withTrack = (track: Track): Stack => ({ ...stack, children: stack.children.with(at, track) });
  switch (kind) {
    case 2:
      return { ...stack, effects: toggled(stack.effects, burnIn(itemNumber)) };
    case 3:
      return withTrack({ ...child, enabled: !child.enabled });
    case 4:
      return { ...stack, children: stack.children.toSpliced(at, 0, newTrack(itemNumber, amount)) };
    case 5:
      return stack.children.length < 2 ? stack : { ...stack, children: stack.children.toSpliced(at, 1) };
    case 6: {
      const other = stack.children[(at + 1) % stack.children.length];
      if (other === undefined) return stack;
      return withTrack(other as Track).children.length === 0
        ? stack
        : { ...stack, children: stack.children.with(at, other).with((at + 1) % stack.children.length, child) };
    }
    case 7:
      return withTrack({ ...child, effects: toggled(child.effects, effectOf(itemNumber, amount)) });
    case 8:
      return withTrack(withUnmodelled(child, amount > 0 ? [seen(amount)] : []));
    case 9:
      return withUnmodelled(stack, amount > 0 ? [seen(amount)] : []);
    default:
      return withTrack(lookedTrack(child, look));
  }
}

function lookedTrack(track: Track, look: RandomLook): Track {
  const [, , itemNumber] = look;
  const at = itemNumber % Math.max(1, track.children.length);
  const child = track.children[at];
  if (child === undefined || child.kind === 'Unknown') return track;
  return { ...track, children: track.children.with(at, lookedChild(child, look)) };
}

function lookedChild(child: Exclude<Composable, { kind: 'Unknown' }>, look: RandomLook): Composable {
  const [kind, track, item, amount] = look;
  if (child.kind === 'Transition') {
    return kind < 14
      ? { ...child, transitionType: amount > 0 ? 'SMPTE_Dissolve' : 'Custom_Transition' }
      : withUnmodelled(child, amount > 0 ? [seen(amount)] : []);
  }
  const withEffects = (effects: readonly Effect[]): Composable => ({ ...child, effects });
  switch (kind) {
    case 10:
    case 11:
      return withEffects(toggled(child.effects, effectOf(item, amount)));
    case 12:
      return withEffects(toggled(child.effects, burnIn(item)));
    case 13:
      return withUnmodelled(child, amount > 0 ? [seen(amount)] : []);
    case 14:
      return { ...child, name: `renamed ${amount}`, color: null };
    case 15:
      return { ...child, markers: [makeMarker({ markedRange: makeRange(0, 1 + Math.abs(amount), fps24) })] };
    case 16:
      return withEffects([...child.effects.filter(({ kind: of }) => of === 'Effect'), speedOf(item)]);
    case 17:
      return withTitle(child, item, amount);
    case 18:
      return { ...child, metadata: jsonFrom({ any: { note: amount } }) };
    case 19:
      return { ...child, enabled: !child.enabled };
    default:
      return child.kind === 'Stack' ? lookedNest(child, [kind - 17, track, item, amount]) : rangeMoved(child, amount);
  }
}

/** Within the compound, or what of it is used. */
function lookedNest(nest: Stack, look: RandomLook): Stack {
  const [kind, , , amount] = look;
  return kind % 2 === 0 ? rangeMoved(nest, amount) : lookedStack(nest, look);
}

function rangeMoved<T extends Item>(child: T, amount: number): T {
  if (child.sourceRange === null) return child;
  const { start, duration } = child.sourceRange;
  const [from, length] = [start.value.num / start.value.den + amount, duration.value.num / duration.value.den];
  return from < 0 || from + length > 400 ? child : { ...child, sourceRange: makeRange(from, length, fps24) };
}

function withTitle(child: Item, item: number, amount: number): Composable {
  if (child.kind !== 'Clip') return child;
  const media = makeGeneratorReference({
    name: 'Text',
    generatorKind: 'Title',
    parameters: jsonFrom({ text: `T${amount}`, font: `F${item % 2}` }),
  });
  return makeClip({ name: child.name, sourceRange: child.sourceRange, media, effects: child.effects });
}

function newTrack(item: number, amount: number): Track {
  return makeTrack({
    name: `new ${item % 3}`,
    trackKind: amount % 3 === 0 ? 'Audio' : 'Video',
    children: [clip(`f${item % 7}`, item % 100, 5 + Math.abs(amount))],
  });
}

function seen(amount: number): ReturnType<typeof seenThing> {
  const domain = amount % 2 === 0 ? 'grade' : 'fusion';
  return seenThing({ domain, level: 'clip', digest: String(amount % 10).repeat(64) }, domain);
}

function burnIn(item: number): Effect {
  const content = (['record-timecode', 'source-timecode', 'clip-name'] as const)[item % 3] ?? 'clip-name';
  return makeEffect({ type: 'burnIn', content });
}

function speedOf(item: number): Effect {
  const points = [0, 1, 2].map((time) => ({ time: rational(time), value: rational(time * (1 + (item % 3)), 2) }));
  switch (item % 4) {
    case 0:
      return makeFreezeFrame();
    case 1:
      return makeTimeWarp([0.5, 2, -1][item % 3] ?? 1);
    default:
      return makeEffect({ type: 'timeMap', points, sampling: item % 4 === 2 ? 'blend' : 'nearest' });
  }
}

function effectOf(item: number, amount: number): Effect {
  const share = (amount + 12) / 24;
  const curve = {
    keyframes: [0, 1, 2].map((time) => ({
      time: rational(time, 2),
      value: time === 1 ? share : 0.5,
      interpolation: (['linear', 'hold', 'smooth'] as const)[item % 3] ?? ('linear' as const),
    })),
  };
  const still = { x: 0, y: 0 };
  const made: readonly Effect[] = [
    makeEffect({ type: 'opacity', opacity: curve }),
    makeEffect({ type: 'transform', position: { x: curve, y: 0 }, scale: { x: 1, y: 1 }, rotation: 0, anchor: still }),
    makeEffect({ type: 'transform', position: still, scale: { x: share, y: share }, rotation: amount, anchor: still }),
    makeEffect({ type: 'crop', inPlace: true, left: curve, right: 0, top: 0, bottom: 0 }),
    makeEffect({ type: 'conform', mode: amount > 0 ? 'fill' : 'none' }),
    makeEffect({ type: 'composite', mode: amount > 0 ? 'screen' : 'normal' }),
    makeEffect({ type: 'volume', gainDb: curve }),
    makeEffect({ type: 'pan', pan: share }),
    makeEffect({ type: 'fade', inSeconds: rational(1, 2), outSeconds: rational(0) }),
    makeEffect({ type: 'opacity', opacity: share }),
  ];
  return made[item % made.length] ?? makeFreezeFrame();
}

/** Put on, or taken off where one of its name is there. */
function toggled(effects: readonly Effect[], effect: Effect): readonly Effect[] {
  const rest = effects.filter(
    (each) => !('effectName' in each && 'effectName' in effect) || each.effectName !== effect.effectName,
  );
  return rest.length === effects.length ? [...effects, effect] : rest;
}
