import { PatchworkError, type Diagnostic } from '@patchwork/kernel';
import {
  abstractUrl,
  makeMissingReference,
  type Clip,
  type MediaReference,
  type TimelineNode,
} from '@patchwork/timeline';

/** What happens to media that a bundle cannot hold: OTIO's three policies. */
export type MediaPolicy = 'error-if-not-file' | 'missing-if-not-file' | 'all-missing';

/** A media file and its path in the bundle. */
export interface BundledMedia {
  /** As the timeline spells it. */
  readonly targetUrl: string;
  /** `media/<name>`. */
  readonly bundlePath: string;
}

/** A timeline as it stands in a bundle, and the files that go with it. */
export interface BundlePlan {
  readonly root: TimelineNode;
  readonly media: readonly BundledMedia[];
  readonly diagnostics: readonly Diagnostic[];
}

function baseName(url: string): string {
  const name =
    url
      .replace(/[?#].*$/, '')
      .split(/[\\/]/)
      .at(-1) ?? '';
  const decoded = /%(?![0-9A-Fa-f]{2})/.test(name) ? name : safelyDecoded(name);
  // The name becomes a file's: nothing that a file system or a shell would take for more.
  const plain = decoded.replaceAll(/[\p{Cc}/\\:*?"<>|]/gu, '_').replace(/^\.+/, '_');
  return plain === '' ? 'media' : plain;
}

function safelyDecoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch (error) {
    if (error instanceof URIError) return name;
    throw error;
  }
}

/** Gives every file a name of its own: bundles are flat. */
class Names {
  readonly #paths = new Map<string, string>();
  readonly #taken = new Set<string>();

  pathFor(url: string): string {
    const known = this.#paths.get(url);
    if (known !== undefined) return known;
    const name = baseName(url);
    const dot = name.lastIndexOf('.');
    const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
    let candidate = name;
    // Compared without case: a bundle may be unpacked where names differ by case alone cannot stand side by side.
    for (let count = 2; this.#taken.has(candidate.toLowerCase()); count += 1) candidate = `${stem}-${count}${ending}`;
    this.#taken.add(candidate.toLowerCase());
    const path = `media/${candidate}`;
    this.#paths.set(url, path);
    return path;
  }

  all(): BundledMedia[] {
    return [...this.#paths].map(([targetUrl, bundlePath]) => ({ targetUrl, bundlePath }));
  }
}

/**
 * Prepares a timeline for a bundle (`.otioz`, `.otiod`): references point into `media/`, or become missing.
 * `isFile` tells which references the caller can read.
 *
 * @throws PW_BUNDLE_MEDIA under `error-if-not-file` for a reference that is no readable file.
 */
export function planBundle(
  root: TimelineNode,
  policy: MediaPolicy,
  isFile: (targetUrl: string) => boolean,
): BundlePlan {
  const names = new Names();
  const diagnostics: Diagnostic[] = [];
  const missing = (reference: MediaReference, clip: Clip, why: string): MediaReference => {
    diagnostics.push({
      code: 'PW_BUNDLE_MEDIA',
      severity: 'warning',
      message: `${why}; the bundle says it is missing`,
      where: clip.name,
      hint: null,
    });
    return {
      ...makeMissingReference({ name: reference.name, metadata: reference.metadata }),
      availableRange: reference.kind === 'Unknown' ? null : reference.availableRange,
    };
  };
  const bundled = (reference: MediaReference, clip: Clip): MediaReference => {
    if (reference.kind !== 'ExternalReference' && reference.kind !== 'ImageSequenceReference') return reference;
    if (policy === 'all-missing') return missing(reference, clip, 'media is left out');
    if (reference.kind === 'ExternalReference' && isFile(reference.targetUrl))
      return { ...reference, targetUrl: names.pathFor(reference.targetUrl) };
    const isSequence = reference.kind === 'ImageSequenceReference';
    const what = isSequence ? abstractUrl(reference, '#') : reference.targetUrl;
    const why = isSequence ? 'is an image sequence, which no bundle holds' : 'is no file that can be bundled';
    if (policy === 'missing-if-not-file') return missing(reference, clip, `${what} ${why}`);
    const remedy = isSequence ? 'Convert the sequence to one movie file and relink the clip to it' : 'Relink the clip';
    throw new PatchworkError('PW_BUNDLE_MEDIA', `clip "${clip.name}": ${what} ${why}`, {
      hint: `${remedy}, or bundle with missing media allowed (--media-policy missing-if-not-file).`,
      details: { clip: clip.name, media: what },
    });
  };
  return {
    root: mapClips(root, (clip) => ({
      ...clip,
      mediaReferences: clip.mediaReferences.map(([key, reference]) => [key, bundled(reference, clip)] as const),
    })),
    media: names.all(),
    diagnostics,
  };
}

function mapClips<T extends TimelineNode>(node: T, change: (clip: Clip) => Clip): T {
  if (node.kind === 'Clip') return change(node) as T;
  if (node.kind === 'Timeline') return { ...node, tracks: mapClips(node.tracks, change) };
  if (node.kind === 'Track' || node.kind === 'Stack' || node.kind === 'SerializableCollection') {
    return { ...node, children: node.children.map((child: TimelineNode) => mapClips(child, change)) };
  }
  return node;
}
