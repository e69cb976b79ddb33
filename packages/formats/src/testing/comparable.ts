import { plainJson, type JsonObject, type Timeline } from '@patchwork/timeline';

/** What of a timeline must survive a writer and a reader: all but ids, and what a format keeps for itself. */
export function comparable(timeline: Timeline, options: { without?: readonly string[] } = {}): unknown {
  const links = new Map<string, string>();
  const plain = (value: unknown, key: string): unknown => {
    if (key === 'metadata') return metadata(value as JsonObject);
    if (key === 'link' && typeof value === 'string') {
      if (!links.has(value)) links.set(value, `l${links.size}`);
      return links.get(value);
    }
    if (Array.isArray(value)) return value.map((item) => plain(item, ''));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== 'id')
        .map(([name, member]) => [name, plain(member, name)]),
    );
  };
  const metadata = (value: JsonObject): unknown => {
    const all = plainJson(value) as Record<string, unknown>;
    return plain(
      Object.fromEntries(
        Object.entries(all)
          .filter(([name]) => !(options.without ?? []).includes(name))
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ),
      '',
    );
  };
  return plain(timeline, '');
}
