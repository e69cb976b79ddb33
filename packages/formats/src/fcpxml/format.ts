import { compare, divide, one, rational, type Rate } from '@patchwork/time';
import type { Remarks } from '../diagnostics.ts';
import { attribute, type XmlElement } from '../xml/element.ts';
import { parseFcpTime } from './time.ts';

/** A `<format>`: raster, rate and colour. Null where the file does not say. */
export interface FcpFormat {
  readonly name: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly rate: Rate | null;
  /** As spelled: `1-1-1 (Rec. 709)`; empty where absent. */
  readonly colorSpace: string;
  /** `progressive`, `upper first`, `lower first`; empty where absent. */
  readonly fieldOrder: string;
  /** What changes how the raster is shown, as spelled: projection, stereoscopic layout, pixel aspect. */
  readonly shape: readonly (readonly [name: string, value: string])[];
}

/** Rates in the names of Apple's predefined formats. */
const namedRates: ReadonlyMap<string, Rate> = new Map([
  ['2398', rational(24000, 1001)],
  ['24', rational(24)],
  ['25', rational(25)],
  ['2997', rational(30000, 1001)],
  ['30', rational(30)],
  ['50', rational(50)],
  ['5994', rational(60000, 1001)],
  ['60', rational(60)],
]);

const namedRasters: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['720', [1280, 720]],
  ['1080', [1920, 1080]],
  ['480', [720, 480]],
  ['576', [720, 576]],
]);

/** What a predefined name like `FFVideoFormat1080p2398` or `FFVideoFormat3840x2160p25` says; nulls where it says nothing. */
function factsFromName(name: string): { width: number | null; height: number | null; rate: Rate | null } {
  const match = /^FFVideoFormat(?:DCI|HD|SD)?(?:(\d{3,5})x)?(\d{3,5})([pi])(\d{2,5})/.exec(name);
  if (match === null) return { width: null, height: null, rate: null };
  const [, width, height = '', scan, speed = ''] = match;
  const raster = width === undefined ? namedRasters.get(height) : ([Number(width), Number(height)] as const);
  const fields = namedRates.get(speed) ?? null;
  // An interlaced name counts fields: 1080i50 has 25 frames a second.
  const rate = fields !== null && scan === 'i' && fields.num / fields.den > 40 ? divide(fields, rational(2)) : fields;
  return { width: raster?.[0] ?? null, height: raster?.[1] ?? null, rate };
}

function positiveInteger(text: string | null): number | null {
  return text !== null && /^\d{1,6}$/.test(text) && Number(text) > 0 ? Number(text) : null;
}

/** Rates beyond these, in frames a second, are damage. */
const [slowestRate, fastestRate] = [rational(1, 100), rational(10_000)];

/** The rate of a `frameDuration`; null where it is none that a picture has. */
function rateOf(text: string): Rate | null {
  const frameDuration = parseFcpTime(text);
  if (frameDuration === null || frameDuration.num <= 0) return null;
  const rate = divide(one, frameDuration);
  return compare(rate, slowestRate) < 0 || compare(rate, fastestRate) > 0 ? null : rate;
}

/** Reads a `<format>`. Attributes win over the name. */
export function readFormat(element: XmlElement, remarks: Remarks): FcpFormat {
  const name = attribute(element, 'name') ?? '';
  const named = factsFromName(name);
  const spelled = attribute(element, 'frameDuration');
  const said = spelled === null ? null : rateOf(spelled);
  if (spelled !== null && said === null) {
    remarks.add({
      code: 'PW_FCPXML_TIME',
      severity: 'error',
      at: element.position,
      message: `frameDuration="${spelled.slice(0, 60)}" of the format "${name}" is no frame's length${named.rate === null ? '' : '; its name was taken'}`,
      hint: 'Write exact seconds, like 1001/24000s.',
    });
  }
  const rate = said ?? named.rate;
  const shape = ['paspH', 'paspV', 'projection', 'stereoscopic', 'heroEye']
    .map((key) => [key, attribute(element, key) ?? ''] as const)
    .filter(([key, value]) => value !== '' && !isPlainShape(key, value));
  return {
    name,
    width: positiveInteger(attribute(element, 'width')) ?? named.width,
    height: positiveInteger(attribute(element, 'height')) ?? named.height,
    rate,
    colorSpace: attribute(element, 'colorSpace') ?? '',
    fieldOrder: attribute(element, 'fieldOrder') ?? '',
    shape,
  };
}

/** Tells whether a value means the ordinary flat picture with square pixels. */
export function isPlainShape(key: string, value: string): boolean {
  if (key === 'paspH' || key === 'paspV') return value === '1';
  return ['projection', 'stereoscopic', 'heroEye'].includes(key) && (value === 'none' || value === 'mono');
}
