import { multiply, rational, type Rate, type Rational } from '@patchwork/time';
import { rationalFromDecimal } from '@patchwork/timeline';
import { attribute, childElement, childElements, childText, type XmlElement } from '../xml/element.ts';

/** A number of frames as xmeml spells it: `14`, `0.0`, `-1`. Null where absent or no number. */
export function frameCount(element: XmlElement, name: string): Rational | null {
  const text = childText(element, name);
  if (text === null || !/^-?\d{1,15}(\.\d{1,9})?$/.test(text)) return null;
  return rationalFromDecimal(text);
}

/** `<rate>`: whole frames a second, `<ntsc>` slows them by 1000/1001. Null where absent or absurd. */
export function rateOf(element: XmlElement | null): Rate | null {
  const rate = element === null ? null : childElement(element, 'rate');
  const timebase = rate === null ? null : frameCount(rate, 'timebase');
  if (rate === null || timebase === null || timebase.num <= 0 || timebase.den !== 1 || timebase.num > 1000) return null;
  return childText(rate, 'ntsc')?.toUpperCase() === 'TRUE' ? multiply(timebase, rational(1000, 1001)) : timebase;
}

/** A switch; `initial` where absent. */
export function flag(element: XmlElement, name: string, initial: boolean): boolean {
  const text = childText(element, name)?.toUpperCase();
  return text === undefined || text === '' ? initial : text === 'TRUE' || text === '1';
}

/** Premiere's own clock: exact seconds of a `pproTicks…` child, or null. */
export function tickSeconds(element: XmlElement, name: string): Rational | null {
  const text = childText(element, name);
  if (text === null || !/^-?\d{1,18}$/.test(text)) return null;
  const ticks = Number(text);
  return Number.isSafeInteger(ticks) ? rational(ticks, 254_016_000_000) : null;
}

/** Full definitions of what other places only name by id: `<file id="file-1"/>`. The first that holds something counts. */
export function definitionsOf(root: XmlElement, names: ReadonlySet<string>): Map<string, XmlElement> {
  const found = new Map<string, XmlElement>();
  const walk = (element: XmlElement): void => {
    const id = attribute(element, 'id');
    if (id !== null && names.has(element.name)) {
      const key = `${element.name} ${id}`;
      if (!found.has(key) && childElements(element).length > 0) found.set(key, element);
    }
    for (const child of childElements(element)) walk(child);
  };
  walk(root);
  return found;
}
