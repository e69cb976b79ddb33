/** A field of a protobuf message: its number, its wire type, and where it stands in the bytes. */
interface WireField {
  readonly number: number;
  readonly type: number;
  readonly start: number;
  /** First byte of the content: behind the length, where there is one. */
  readonly contentStart: number;
  readonly end: number;
}

function varint(bytes: Uint8Array, from: number): { value: number; next: number } | null {
  let value = 0;
  let factor = 1;
  for (let at = from; at < bytes.length && at < from + 10; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, next: at + 1 };
    factor *= 128;
  }
  return null;
}

/** The fields of a message, or null where the bytes are none. */
function fieldsOf(bytes: Uint8Array): WireField[] | null {
  const fields: WireField[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const tag = varint(bytes, at);
    if (tag === null) return null;
    const [number, type] = [Math.floor(tag.value / 8), tag.value % 8];
    let contentStart = tag.next;
    let end: number;
    if (type === 0) {
      const value = varint(bytes, tag.next);
      if (value === null) return null;
      end = value.next;
    } else if (type === 1) end = tag.next + 8;
    else if (type === 5) end = tag.next + 4;
    else if (type === 2) {
      const length = varint(bytes, tag.next);
      if (length === null) return null;
      contentStart = length.next;
      end = length.next + length.value;
    } else return null;
    if (number === 0 || end > bytes.length) return null;
    fields.push({ number, type, start, contentStart, end });
    at = end;
  }
  return fields;
}

/**
 * A message without the fields at some paths (`/1/12`: field 12 of field 1; repeated fields all alike). What is no message
 * stays as it is, so that bytes that nobody understands still count. The lengths of shortened messages are left out: the
 * result is for comparing, not for reading.
 */
export function withoutFields(bytes: Uint8Array, paths: ReadonlySet<string>, path: string = ''): Uint8Array {
  const fields = fieldsOf(bytes);
  if (fields === null) return bytes;
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    const own = `${path}/${field.number}`;
    if (paths.has(own)) continue;
    const reaches = field.type === 2 && [...paths].some((candidate) => candidate.startsWith(`${own}/`));
    if (!reaches) parts.push(bytes.subarray(field.start, field.end));
    else
      parts.push(
        Uint8Array.of(0xff, field.number & 0xff),
        withoutFields(bytes.subarray(field.contentStart, field.end), paths, own),
        Uint8Array.of(0xfe),
      );
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
