/** The part of the universal `TextDecoder` (every JavaScript host has it) that this package uses. */
interface Decoder {
  decode(bytes: Uint8Array): string;
}

interface DecoderConstructor {
  new (label: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }): Decoder;
}

/** Makes a decoder of the host. Labels as in the Encoding standard: `utf-8`, `utf-16le`, `windows-1252`. */
export function makeDecoder(label: string, fatal: boolean): Decoder {
  const { TextDecoder } = globalThis as unknown as { readonly TextDecoder: DecoderConstructor };
  return new TextDecoder(label, { fatal, ignoreBOM: false });
}
