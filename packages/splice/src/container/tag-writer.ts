import { PatchworkError } from '@patchwork/kernel';
import type { ByteWriter } from '../bytes/byte-writer.ts';

/** The tags that can be written, by name: the code of MP4's `ilst` and the key of QuickTime's `mdta`. */
const known: { readonly [name: string]: readonly [code: string, key: string] } = {
  artist: ['\u00a9ART', 'com.apple.quicktime.artist'],
  comment: ['\u00a9cmt', 'com.apple.quicktime.comment'],
  copyright: ['cprt', 'com.apple.quicktime.copyright'],
  date: ['\u00a9day', 'com.apple.quicktime.creationdate'],
  encoder: ['\u00a9too', 'com.apple.quicktime.software'],
  title: ['\u00a9nam', 'com.apple.quicktime.title'],
};

/**
 * Writes tags, sorted by name: MP4 as `udta/meta/ilst`, MOV as `meta` with `keys`. Nothing when there are none.
 *
 * @throws PW_SPLICE_TAG for a name that has no place in the file
 */
export function writeTags(out: ByteWriter, format: 'mp4' | 'mov', tags: { readonly [name: string]: string }): void {
  const names = Object.keys(tags).toSorted();
  if (names.length === 0) return;
  const entries = names.map((name) => {
    const codes = known[name];
    if (codes === undefined) {
      throw new PatchworkError('PW_SPLICE_TAG', `the tag "${name}" has no place in an .${format} file`, {
        hint: `Known: ${Object.keys(known).join(', ')}.`,
      });
    }
    return { code: codes[0], key: codes[1], value: new TextEncoder().encode(tags[name] ?? '') };
  });
  if (format === 'mp4') {
    out.box('udta', () => {
      out.fullBox('meta', 0, 0, () => {
        metaHandler(out, 'mdir', 'appl');
        out.box('ilst', () => entries.forEach(({ code, value }) => out.box(code, () => dataBox(out, value))));
      });
    });
    return;
  }
  out.box('meta', () => {
    metaHandler(out, 'mdta', '\0\0\0\0');
    out.fullBox('keys', 0, 0, () => {
      out.u32(entries.length);
      for (const { key } of entries) out.box('mdta', () => out.latin1(key));
    });
    out.box('ilst', () => {
      entries.forEach(({ value }, i) => out.box(String.fromCharCode(0, 0, 0, i + 1), () => dataBox(out, value)));
    });
  });
}

function metaHandler(out: ByteWriter, type: string, manufacturer: string): void {
  out.fullBox('hdlr', 0, 0, () => {
    out.u32(0);
    out.latin1(type);
    out.latin1(manufacturer);
    out.zeros(9);
  });
}

/** `data`: type 1 (UTF-8), locale 0, text. */
function dataBox(out: ByteWriter, value: Uint8Array): void {
  out.box('data', () => {
    out.u32(1);
    out.u32(0);
    out.bytes(value);
  });
}
