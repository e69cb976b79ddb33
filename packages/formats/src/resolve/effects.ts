import { canonicalJson, type Diagnostic, type Json } from '@patchwork/kernel';
import { add, compare, divide, rational, secondsFromTime, zero, type Rate, type Rational } from '@patchwork/time';
import {
  isJsonObject,
  knownEffect,
  member,
  plainJson,
  trimmedRange,
  withKnownEffect,
  withUnmodelled,
  type Composable,
  type Effect,
  type Item,
  type Keyframe,
  type KnownEffect,
  type Param,
  type Timeline,
} from '@patchwork/timeline';

/** What a Resolve export does not say itself. */
export interface ResolveOptions {
  /** Width ÷ height of the timeline's raster; Resolve counts pans in raster widths. Null: unknown, moved pictures stay unmodelled. */
  readonly aspect: number | null;
}

interface Plain {
  readonly [key: string]: Json;
}

/** Types whose effect is nothing as long as no parameter is written: defaults are left out of the file. */
const neutralByDefault: ReadonlySet<number> = new Set([1, 2, 3, 22, 36, 43, 59, 62, 63, 64, 67, 72]);
/** Types that bear on the sound. */
const soundTypes: ReadonlySet<number> = new Set([62, 63, 64, 67, 72]);

/** What a Resolve effect comes to: a word of the vocabulary, or null with the reason why it has none. */
interface Reading {
  readonly known: KnownEffect | null;
  readonly why: string;
  readonly isApproximate: boolean;
}

/** The item that an effect stands on. */
interface Owner {
  readonly rate: Rate;
  /** Key frames count frames from here, in the item's own time. */
  readonly start: Rational;
}

function objectOf(value: Json | undefined): Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : {};
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function parametersOf(effect: Plain): Plain[] {
  const list = effect['Parameters'];
  return Array.isArray(list) ? list.map((entry: Json) => objectOf(entry)) : [];
}

/** A parameter's number or key frames; null where it is neither. `isApproximate` is told through `note`. */
function paramOf(owner: Owner, parameter: Plain, scale: number, note: { isApproximate: boolean }): Param | null {
  const keys = Object.entries(objectOf(parameter['Key Frames']));
  if (keys.length === 0) {
    const value = parameter['Parameter Value'];
    return typeof value === 'number' ? value * scale : null;
  }
  const keyframes: Keyframe[] = [];
  for (const [frame, entry] of keys) {
    const plain = objectOf(entry);
    const value = plain['Value'];
    if (!/^-?\d{1,12}$/.test(frame) || typeof value !== 'number') return null;
    if (plain['InBez'] !== undefined || plain['OutBez'] !== undefined) note.isApproximate = true;
    keyframes.push({
      time: add(owner.start, divide(rational(Number(frame)), owner.rate)),
      value: value * scale,
      interpolation: 'linear',
    });
  }
  keyframes.sort((a, b) => compare(a.time, b.time));
  const [first] = keyframes;
  return first !== undefined && keyframes.every((key) => key.value === first.value) ? first.value : { keyframes };
}

function readEffect(owner: Owner, effect: Plain, options: ResolveOptions): Reading {
  const type = effect['Type'];
  const parameters = parametersOf(effect);
  const neutral: KnownEffect =
    typeof type === 'number' && soundTypes.has(type) ? { type: 'volume', gainDb: 0 } : { type: 'opacity', opacity: 1 };
  const reading = (
    known: KnownEffect | null,
    why: string = 'is not modelled',
    isApproximate: boolean = false,
  ): Reading => ({ known, why, isApproximate });
  if (typeof type !== 'number') return reading(null);
  if (effect['Enabled'] === false) return reading(neutral);
  const named = new Map(parameters.map((parameter) => [textOf(parameter['Parameter ID']), parameter] as const));
  const hasOnly = (...names: string[]): boolean => [...named.keys()].every((name) => names.includes(name));
  if (neutralByDefault.has(type) && (parameters.length === 0 || (type === 63 && hasOnly('eq band index'))))
    return reading(neutral);
  const note = { isApproximate: false };
  const value = (name: string, initial: number, scale: number = 1): Param | null => {
    const parameter = named.get(name);
    return parameter === undefined ? initial : paramOf(owner, parameter, scale, note);
  };
  if (type === 1 && hasOnly('opacity')) {
    const opacity = value('opacity', 1, 0.01);
    return reading(opacity === null ? null : { type: 'opacity', opacity }, undefined, note.isApproximate);
  }
  if (type === 62 && hasOnly('volume')) {
    const gainDb = value('volume', 0);
    return reading(gainDb === null ? null : { type: 'volume', gainDb }, undefined, note.isApproximate);
  }
  if (
    type === 2 &&
    hasOnly(
      'transformationZoomX',
      'transformationZoomY',
      'transformationPan',
      'transformationTilt',
      'transformationRotationAngle',
    )
  ) {
    const [zoomX, zoomY] = [value('transformationZoomX', 1), value('transformationZoomY', 1)];
    const rotation = value('transformationRotationAngle', 0);
    const pan = value('transformationPan', 0, options.aspect ?? 1);
    const tilt = value('transformationTilt', 0);
    if (zoomX === null || zoomY === null || rotation === null || pan === null || tilt === null) return reading(null);
    if (options.aspect === null && pan !== 0)
      return reading(null, 'moves the picture by widths of a raster that the file does not name');
    return reading(
      {
        type: 'transform',
        position: { x: pan, y: tilt },
        scale: { x: zoomX, y: zoomY },
        rotation,
        anchor: { x: 0, y: 0 },
      },
      undefined,
      note.isApproximate,
    );
  }
  return reading(null);
}

/** Canonical content of an effect: everything that is set, names and ranges of sliders left out. */
function contentOf(effect: Plain): string {
  const parameters = parametersOf(effect).map((parameter) => ({
    id: parameter['Parameter ID'] ?? null,
    value: parameter['Parameter Value'] ?? null,
    keys: parameter['Key Frames'] ?? null,
  }));
  return canonicalJson({ type: effect['Type'] ?? null, parameters });
}

class Translator {
  readonly diagnostics: Diagnostic[] = [];
  readonly #options: ResolveOptions;

  constructor(options: ResolveOptions) {
    this.#options = options;
  }

  node(node: Composable, path: string): Composable {
    if (node.kind === 'Unknown' || node.kind === 'Transition') return node;
    const where = `${path}${path === '' ? '' : ' / '}${node.name}`;
    const effects = node.effects.map((effect) => this.#effect(node, effect, where));
    const isSame = effects.every((effect, index) => effect === node.effects[index]);
    const own = isSame ? node : { ...node, effects };
    if (own.kind !== 'Track' && own.kind !== 'Stack') return own;
    const children = own.children.map((child) => this.node(child, where));
    return children.every((child, index) => child === own.children[index]) ? own : { ...own, children };
  }

  #effect(item: Item, effect: Effect, where: string): Effect {
    const resolve = member(effect.metadata, 'Resolve_OTIO');
    if (!isJsonObject(resolve) || knownEffect(effect) !== null) return effect;
    const plain = plainJson(resolve) as Plain;
    const range = trimmedRange(item);
    const reading = readEffect(
      { rate: range.duration.rate, start: range.start.value.num === 0 ? zero : secondsFromTime(range.start) },
      plain,
      this.#options,
    );
    const name = textOf(plain['Effect Name']) || effect.effectName;
    if (reading.known !== null) {
      if (reading.isApproximate)
        this.#say('warning', `the curves of "${name}" are drawn as straight lines between their key frames`, where);
      // Read before without the raster, it may stand there as unmodelled.
      return withKnownEffect(withUnmodelled(effect, []), reading.known);
    }
    this.#say('warning', `effect "${name}" ${reading.why}`, where);
    return withUnmodelled(effect, [{ label: `effect "${name}"`, content: contentOf(plain) }]);
  }

  #say(severity: 'warning', message: string, where: string): void {
    this.diagnostics.push({
      code: 'PW_RESOLVE_EFFECT',
      severity,
      message,
      where,
      hint: 'It is kept and watched for changes; the built-in renderer cannot draw all of it.',
    });
  }
}

/**
 * Says Resolve's own effects (`metadata.Resolve_OTIO`) in the vocabulary, their metadata kept; what has no word there is
 * marked as unmodelled. A timeline without such effects comes back as it is.
 */
export function withResolveEffects(
  timeline: Timeline,
  options: ResolveOptions,
): { readonly timeline: Timeline; readonly diagnostics: readonly Diagnostic[] } {
  const translator = new Translator(options);
  const tracks = translator.node(timeline.tracks, '');
  return {
    timeline: tracks === timeline.tracks || tracks.kind !== 'Stack' ? timeline : { ...timeline, tracks },
    diagnostics: translator.diagnostics,
  };
}
