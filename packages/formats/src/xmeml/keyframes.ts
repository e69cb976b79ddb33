import { add, compare, divide, equals } from '@patchwork/time';
import type { Keyframe, Param } from '@patchwork/timeline';
import { canonicalXml } from '../xml/canonical.ts';
import { childElement, childElements, childText, type XmlElement } from '../xml/element.ts';
import type { ParamContext } from './param.ts';
import { frameCount } from './values.ts';

/** Handles of a curve between key frames. */
const handles: ReadonlySet<string> = new Set(['inbez', 'outbez', 'inscale', 'outscale']);

/** Reads a parameter: its key frames, else its value; null where neither can be read. What is curved is kept. */
export function keyedParam(
  context: ParamContext,
  element: XmlElement,
  read: (owner: XmlElement) => number | null,
): Param | null {
  const keyframes: Keyframe[] = [];
  for (const key of childElements(element, 'keyframe')) {
    const when = frameCount(key, 'when');
    const value = read(key);
    if (when === null || value === null) continue;
    const interpolation = isHeld(element, key) ? 'hold' : 'linear';
    keyframes.push({ time: add(context.mediaZero, divide(when, context.rate)), value, interpolation });
  }
  keyframes.sort((a, b) => compare(a.time, b.time));
  const unique = keyframes.filter((key, at) => {
    const next = keyframes[at + 1];
    return next === undefined || !equals(next.time, key.time);
  });
  const [first] = unique;
  if (first === undefined) return read(element);
  if (unique.every((key) => key.value === first.value)) return first.value;
  keepCurves(context, element);
  return { keyframes: unique };
}

/** How a key frame leads to the next one; what it does not say itself it has from its parameter. */
function interpolationName(parameter: XmlElement, key: XmlElement): string {
  const own = childElement(key, 'interpolation') ?? childElement(parameter, 'interpolation');
  const name = own === null ? null : (childText(own, 'name') ?? childText(key, 'interpolation'));
  return (name ?? '').toLowerCase();
}

function isHeld(parameter: XmlElement, key: XmlElement): boolean {
  return /^(hold|constant|step)/.test(interpolationName(parameter, key));
}

/** Final Cut's own name for its default, `FCPCurve`, curves nothing where there are no handles. */
function isCurved(parameter: XmlElement, key: XmlElement): boolean {
  if (isHeld(parameter, key)) return false;
  return (
    /^(bez|ease|smooth)/.test(interpolationName(parameter, key)) ||
    childElements(key).some(({ name }) => handles.has(name))
  );
}

/** Keeps key frames that are joined by curves as unmodelled: they are joined by straight lines here. */
export function keepCurves(context: ParamContext, element: XmlElement): void {
  const keys = childElements(element, 'keyframe');
  if (!keys.some((key) => isCurved(element, key))) return;
  const name = childText(element, 'name') ?? childText(element, 'parameterid') ?? '';
  const curve = keys.map((key) => canonicalXml(key, (_owner, _name, value) => value));
  const label = `curve of "${name}"`;
  const content = `curve ${childText(element, 'parameterid') ?? ''} ${curve.join('')}`;
  // Both halves of a point come by here.
  if (context.unmodelled.some((one) => one.content === content)) return;
  context.unmodelled.push({ label, content });
  context.remarks.add({
    code: 'PW_XMEML_CURVE',
    severity: 'warning',
    at: element.position,
    timecode: context.timecode,
    message: `the curves of "${name}" are not modelled; they are made of straight pieces here`,
    hint: 'They are kept and watched for changes; set straight key frames to have them drawn exactly.',
  });
}
