import { canDropFrame, compare, divide, isInteger, multiply, one, rational, subtract, zero } from '@patchwork/time';
import type { Marker } from '@patchwork/timeline';
import { attribute, childElement, childElements, type XmlElement } from '../xml/element.ts';
import { isCosmetic, markerNode, timeAttribute } from './clip-frame.ts';
import { timeAt } from './nodes.ts';
import type { Reading } from './reading.ts';
import { Scene, type SceneFormat } from './scene.ts';

/** Raster, rate and start of a `<sequence>` or `<multicam>`. A file without a rate is counted at 24, with an error. */
export function sceneFormatOf(reading: Reading, element: XmlElement): SceneFormat {
  const id = attribute(element, 'format') ?? '';
  const format = reading.resources.formats.get(id);
  const rate = format?.rate ?? null;
  if (rate === null) {
    reading.remarks.add({
      code: 'PW_FCPXML_FORMAT',
      severity: 'error',
      at: element.position,
      message:
        format === undefined
          ? `the format "${id}" of the ${element.name} is not in the file`
          : `the format "${id}" of the ${element.name} has no frame rate`,
      hint: 'Give the format a frameDuration; 24 frames a second were taken.',
    });
  }
  const start = timeAttribute(reading, element, 'tcStart', null) ?? zero;
  const used = rate ?? rational(24);
  const wantsDrop = attribute(element, 'tcFormat') === 'DF';
  if (wantsDrop && !canDropFrame(used)) {
    reading.remarks.add({
      code: 'PW_FCPXML_DROP',
      severity: 'warning',
      at: element.position,
      message: 'drop-frame timecode is asked for at a rate that has none; it is counted without',
    });
  }
  return {
    rate: used,
    width: format?.width ?? null,
    height: format?.height ?? null,
    start,
    dropFrame: wantsDrop && canDropFrame(used),
  };
}

/** Reads a sequence's storyline and all that hangs on it. */
export function readSequenceContent(
  reading: Reading,
  sequence: XmlElement,
  format: SceneFormat,
  options: { readonly isNested: boolean },
): Scene {
  const scene = new Scene(format, reading.remarks, options.isNested);
  const spine = childElement(sequence, 'spine');
  if (spine === null) {
    reading.remarks.add({
      code: 'PW_FCPXML_SPINE',
      severity: 'error',
      at: sequence.position,
      message: 'the sequence has no spine: nothing is in it',
      hint: 'Export the project again.',
    });
    return scene;
  }
  const end = reading.recursion.readStory(reading, spine, {
    scene,
    lane: [],
    start: zero,
    sides: 'all',
    localStart: format.start,
  });
  const said = timeAttribute(reading, sequence, 'duration', null);
  if (said !== null && compare(said, end) !== 0) {
    const frames = multiply(subtract(end, said), format.rate);
    reading.remarks.add({
      code: 'PW_FCPXML_LENGTH',
      severity: 'note',
      at: sequence.position,
      timecode: scene.timecode(end),
      message: `the sequence says a length that differs from its storyline's by ${isInteger(frames) ? frames.num : (frames.num / frames.den).toFixed(3)} frames; the storyline counts`,
    });
  }
  for (const child of childElements(sequence)) {
    if (['spine', 'marker', 'chapter-marker'].includes(child.name) || isCosmetic(child)) continue;
    reading.remarks.add({
      code: 'PW_FCPXML_ELEMENT',
      severity: 'error',
      at: child.position,
      message: `<${child.name}> in a sequence is not known; it was left out`,
      hint: 'Remove it, or export the file again.',
    });
  }
  return scene;
}

/** Markers that stand on the sequence itself, counted from its first frame. */
export function sequenceMarkers(reading: Reading, sequence: XmlElement, format: SceneFormat): Marker[] {
  const frame = divide(one, format.rate);
  return childElements(sequence)
    .filter(({ name }) => name === 'marker' || name === 'chapter-marker')
    .flatMap((element) => {
      const start = timeAttribute(reading, element, 'start', null);
      const duration = timeAttribute(reading, element, 'duration', null) ?? frame;
      return start === null
        ? []
        : [
            markerNode(element, {
              start: timeAt(subtract(start, format.start), format.rate),
              duration: timeAt(duration, format.rate),
            }),
          ];
    });
}
