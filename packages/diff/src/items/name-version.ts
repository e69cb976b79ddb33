/** A name without its version number, and that number: `sh010_comp_v003.mov` is `sh010_comp_v#.mov` and 3. */
export function versionOf(name: string): { readonly stem: string; readonly version: number | null } {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  const match = /(^|[._\- ])[vV](\d{1,6})(?=$|[._\- ])/.exec(base);
  if (match === null) return { stem: base, version: null };
  const at = match.index + (match[1] ?? '').length;
  const digits = match[2] ?? '';
  return { stem: `${base.slice(0, at)}v#${base.slice(at + 1 + digits.length)}`, version: Number(digits) };
}
