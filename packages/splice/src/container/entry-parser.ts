import { childBoxes, findBox, needBox, type Box, type IndexBytes } from './box-reader.ts';
import type { ColorCodes, SampleEntry, SoundEntry, VideoEntry } from './movie.ts';

/** Decoder configuration boxes that are looked for in a picture entry. */
const configTypes: readonly string[] = ['avcC', 'hvcC', 'av1C', 'vpcC'];

/** Reads the sample descriptions. @throws PW_MOVIE_BOX, PW_MOVIE_TABLE when there are none or more than 255 */
export function readEntries(index: IndexBytes, stbl: Box, handler: string): readonly SampleEntry[] {
  const stsd = needBox(index, stbl, childBoxes(index, stbl), 'stsd');
  const count = index.u32(stsd, stsd.body + 4);
  const boxes = childBoxes(index, stsd, stsd.body + 8);
  if (count !== boxes.length || count === 0 || count > 255) {
    throw index.error(
      'PW_MOVIE_TABLE',
      stsd,
      stsd.body + 4,
      `${count} sample entries are said, ${boxes.length} are there`,
    );
  }
  return boxes.map((box) => ({
    format: box.type,
    bytes: index.copy(box, box.start, box.end),
    video: handler === 'vide' ? readVideo(index, box) : null,
    sound: handler === 'soun' ? readSound(index, box) : null,
  }));
}

function readVideo(index: IndexBytes, box: Box): VideoEntry {
  index.need(box, box.body, 78);
  const children = childBoxes(index, box, box.body + 78);
  const config = children.find((child) => configTypes.includes(child.type));
  const colr = findBox(children, 'colr');
  const pasp = findBox(children, 'pasp');
  return {
    width: index.u16(box, box.body + 24),
    height: index.u16(box, box.body + 26),
    config: config === undefined ? null : { type: config.type, bytes: index.copy(config, config.body, config.end) },
    color: colr === null ? null : readColor(index, colr),
    pixelAspect:
      pasp === null ? null : { horizontal: index.u32(pasp, pasp.body), vertical: index.u32(pasp, pasp.body + 4) },
  };
}

/** Null for an ICC profile, which has no code points. */
function readColor(index: IndexBytes, colr: Box): ColorCodes | null {
  const kind = index.fourCc(colr, colr.body);
  if (kind !== 'nclx' && kind !== 'nclc') return null;
  const wide = kind === 'nclx' && colr.end - colr.body >= 11;
  return {
    primaries: index.u16(colr, colr.body + 4),
    transfer: index.u16(colr, colr.body + 6),
    matrix: index.u16(colr, colr.body + 8),
    fullRange: wide ? (index.u8(colr, colr.body + 10) & 0x80) !== 0 : null,
  };
}

/** Sound descriptions of version 0, 1 and 2 (QuickTime); in ISO files the version field is reserved and 0. */
function readSound(index: IndexBytes, box: Box): SoundEntry {
  index.need(box, box.body, 28);
  const version = index.u16(box, box.body + 8);
  let channels = index.u16(box, box.body + 16);
  let bitsPerSample = index.u16(box, box.body + 18);
  let sampleRate = index.u32(box, box.body + 24) / 65536;
  let head = 28;
  if (version === 1 && box.end - box.body >= 44) head = 44;
  if (version === 2) {
    head = 64;
    sampleRate = index.f64(box, box.body + 32);
    channels = index.u32(box, box.body + 40);
    bitsPerSample = index.u32(box, box.body + 48);
  }
  if (box.type === 'in24' || box.type === 'fl32' || box.type === 'in32') bitsPerSample = box.type === 'in24' ? 24 : 32;
  const children = childBoxes(index, box, box.body + head);
  const pcm = findBox(children, 'pcmC');
  if (pcm !== null) bitsPerSample = index.u8(pcm, pcm.body + 5);
  const wave = findBox(children, 'wave');
  const esds = findBox(children, 'esds') ?? (wave === null ? null : findBox(childBoxes(index, wave), 'esds'));
  return { channels, sampleRate, bitsPerSample, config: esds === null ? null : readEsds(index, esds) };
}

/** Walks ES descriptor → decoder configuration → specific information; null when it is not there. */
function readEsds(index: IndexBytes, esds: Box): Uint8Array | null {
  let at = esds.body + 4;
  while (at < esds.end) {
    const tag = index.u8(esds, at);
    at += 1;
    let size = 0;
    for (let i = 0; i < 4; i++) {
      const byte = index.u8(esds, at);
      at += 1;
      size = size * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) break;
    }
    if (tag === 0x05) return index.copy(esds, at, at + size);
    if (tag === 0x03) {
      const flags = index.u8(esds, at + 2);
      at += 3;
      if ((flags & 0x80) !== 0) at += 2;
      if ((flags & 0x40) !== 0) at += 1 + index.u8(esds, at);
      if ((flags & 0x20) !== 0) at += 2;
    } else if (tag === 0x04) at += 13;
    else at += size;
  }
  return null;
}
