import {
  arePicturesCompared,
  clipsText,
  departmentsOf,
  timecodeText,
  type Change,
  type Changes,
  type Place,
  type PlacePair,
} from '@patchwork/diff';
import { lengthOfRanges } from '@patchwork/time';
import { changeGroups, groupOf } from './change-group.ts';
import { plain } from './change-csv.ts';
import { changeDetail } from './change-detail.ts';
import { shortDigests } from './digest-text.ts';
import { markedSide } from './change-strip.ts';
import { html, type Markup } from './html.ts';
import { placeNow } from './where-else.ts';

/** Pictures of a change. Images are data URLs of JPEG or PNG; null where that side has none. */
export interface ChangePictures {
  readonly old: { readonly image: string; readonly timecode: string } | null;
  readonly new: { readonly image: string; readonly timecode: string } | null;
}

/** More clips of one change are counted, not listed. */
const mostClips = 12;

/** One change of the list: when, whose, what; places and values before and after; how it lies among its neighbours. */
export function changeCard(
  change: Change,
  index: number,
  changes: Changes,
  parts: { readonly isDrawn: boolean; readonly pictures: ChangePictures | null },
): Markup {
  const group = groupOf(change);
  const { old, new: next } = changes.sides;
  return html`<li id="c${index + 1}" class="change g-${group} d-${departmentsOf(change).join('-')}">
    <div class="when">
      ${placeLink(change, index, changes)}
      <span class="tracks">${change.tracks.join(' + ')}</span>
    </div>
    <div class="what">
      <p class="words">
        <span class="tag">${changeGroups[group].label}</span>
        ${whoOf(change)} <span class="text">${change.text}</span>
      </p>
      ${parts.isDrawn ? changeDetail(change, old, next) : null}
      <div class="sight">${facts(change)} ${parts.pictures === null ? null : picturePair(parts.pictures, change)}</div>
    </div>
    <div class="cost">${cost(change, arePicturesCompared(changes))}</div>
  </li>`;
}

/** The timecode; where the change is marked on the strip it leads there. */
function placeLink(change: Change, index: number, changes: Changes): Markup {
  const text = placeText(change, changes);
  if (markedSide(change) === null) return html`<span class="tc">${text}</span>`;
  return html`<a class="tc" href="#s${index + 1}" title="show on the timeline">${text}</a>`;
}

function placeText(change: Change, { sides }: Changes): string {
  const place = placeNow(change, sides.old);
  if (place === null) return 'whole programme';
  return timecodeText(sides.new.start.frame + place.in, sides.new.rate, sides.new.start.dropFrame);
}

function whoOf(change: Change): Markup | null {
  const text = clipsText(change);
  return text === '' ? null : html`<b>${text}</b>`;
}

/** Nothing where pictures were not compared, which the head of the page says once. */
function cost(change: Change, isCompared: boolean): Markup | null {
  if (!isCompared) return null;
  const differing = lengthOfRanges(change.dirty);
  const rendered = change.framesToRender;
  return html`${differing === 0 ? html`<span>no picture differs</span>` : html`<span><b>${grouped(differing)}</b> ${differing === 1 ? 'frame differs' : 'frames differ'}</span>`}
  ${rendered === null ? null : html`<span><b>${grouped(rendered)}</b> to render</span>`}`;
}

/** Places and values, the old beside the new; nothing where they are equal. */
function facts(change: Change): Markup | null {
  // A transition stands at a cut: where its clips stand is no news.
  const pairs = change.kind === 'transition' ? [] : change.kind === 'shift' ? [change] : [change, ...change.others];
  const rows = [
    ...pairs.slice(0, mostClips).flatMap((pair) => placeRows(pair, pairs.length > 1)),
    ...valuesBesidePlaces(change).map((value) => factRow(value.name, plain(value.old), plain(value.new))),
  ];
  if (rows.length === 0) return null;
  const more = pairs.length > mostClips ? html`<p class="more">and ${pairs.length - mostClips} more clips</p>` : null;
  return html`<div>
    <table class="facts">
      <thead>
        <tr>
          <th><span class="hidden">what</span></th>
          <th>old</th>
          <th>new</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${more}
  </div>`;
}

/** Another file is told by its name, with its place; another folder by the whole URL. */
function valuesBesidePlaces({ values, old, new: next }: Change): Change['values'] {
  const isTold = old !== null && next !== null && fileName(old.media ?? '') !== fileName(next.media ?? '');
  return isTold ? values.filter(({ name }) => name !== 'media') : values;
}

function placeRows(pair: PlacePair, isNamed: boolean): Markup[] {
  const rows: Markup[] = [];
  const row = (label: string, text: (place: Place) => string): void => {
    const [old, next] = [pair.old, pair.new].map((place) => (place === null ? '–' : text(place)));
    if (old !== undefined && next !== undefined && old !== next) rows.push(factRow(label, old, next));
  };
  row('record', ({ recordTimecode, record }) => `${recordTimecode.join(' – ')} (${record.out - record.in})`);
  row('source', ({ sourceTimecode }) => sourceTimecode?.join(' – ') ?? '–');
  // Of what came or went the tracks stand beside its timecode.
  if (pair.old !== null && pair.new !== null) row('track', ({ track }) => track);
  row('media', ({ media }) => fileName(media ?? '–'));
  const name = (pair.new ?? pair.old)?.name ?? '';
  return isNamed && rows.length > 0
    ? [
        html`<tr class="clip">
          <th scope="rowgroup" colspan="3">${name}</th>
        </tr>`,
        ...rows,
      ]
    : rows;
}

/** The last part of a path or URL, as people named the file. */
function fileName(url: string): string {
  const name = url.slice(url.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    // A per cent sign that was typed, and is no escape.
    return name;
  }
}

function factRow(label: string, old: string, next: string): Markup {
  return html`<tr>
    <th scope="row">${label}</th>
    ${factCell(old)} ${factCell(next)}
  </tr>`;
}

/** What is cut short can be read whole where the pointer rests. */
function factCell(text: string): Markup {
  const shown = shortDigests(text);
  return shown === text ? html`<td>${short(text)}</td>` : html`<td title="${text}">${short(shown)}</td>`;
}

/** Whole parameter blobs belong into the JSON. */
function short(text: string): string {
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}

function picturePair({ old, new: next }: ChangePictures, change: Change): Markup {
  const side = (label: string, picture: ChangePictures['old'], place: Place | null): Markup =>
    html`<figure>
      ${picture === null ? html`<div class="none">${place === null ? 'not in this version' : 'not at hand'}</div>` : html`<img src="${picture.image}" alt="${label}: ${change.text}" loading="lazy" />`}
      <figcaption>${label}${picture === null ? '' : ` ${picture.timecode}`}</figcaption>
    </figure>`;
  return html`<div class="pair">${side('before', old, change.old)}${side('after', next, change.new)}</div>`;
}

/** `1,152`. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
