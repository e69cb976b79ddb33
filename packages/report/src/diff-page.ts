import {
  arePicturesCompared,
  departmentNames,
  departmentsOf,
  timecodeText,
  type Change,
  type Changes,
  type Department,
  type Side,
} from '@patchwork/diff';
import { lengthOfRanges } from '@patchwork/time';
import { changeCard, grouped, type ChangePictures } from './change-card.ts';
import { changeGroups, groupNames, groupOf } from './change-group.ts';
import { changeStrip } from './change-strip.ts';
import { diffStyle } from './diff-style.ts';
import { html, raw, type Markup } from './html.ts';
import { pageStyle } from './page-style.ts';

/** What the page shows. All texts are shown as they stand, escaped. */
export interface DiffPage {
  readonly changes: Changes;
  /** What was compared, as the person named it. */
  readonly oldLabel: string;
  readonly newLabel: string;
  /** Pictures by the change's index; none where no media was at hand. */
  readonly pictures: ReadonlyMap<number, ChangePictures>;
  /** What the page leaves out, in words. */
  readonly notes: readonly string[];
}

/** More changes than this are not read by anyone; the table (CSV) and JSON have them all. */
const mostCards = 1000;
/** Neighbours are drawn for so many. */
const mostDrawn = 300;

const departments: { readonly [name in Department]: string } = {
  picture: 'Picture',
  sound: 'Sound',
  vfx: 'VFX',
  titles: 'Titles',
  metadata: 'Metadata',
};

/**
 * Writes the comparison as one page that needs nothing else: no script, no font, no file beside it. Filters are check
 * boxes read by the style sheet; printed, it is the list without them.
 */
export function diffPageHtml(page: DiffPage): string {
  const { changes, oldLabel, newLabel } = page;
  const title = `${oldLabel} → ${newLabel}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Changes: ${title}</title>
        <style>
          ${raw(pageStyle)}${raw(diffStyle(departmentNames, groupNames))}
        </style>
      </head>
      <body class="diff">
        ${changes.changes.length === 0 ? null : html`<a class="skip" href="#changes">To the list of changes</a>`}
        <header>
          <p class="kicker">Change list</p>
          <h1><span>${oldLabel}</span> <span class="arrow" aria-label="to">→</span> <span>${newLabel}</span></h1>
          <p class="summary">${changes.changes.length === 0 ? 'Nothing changed.' : changes.summary}</p>
        </header>
        <main>
          ${numbers(changes)} ${sides(changes)}
          ${changes.changes.length === 0 ? null : html`${changeStrip(changes)} ${legend(changes)}`}
          ${
            changes.unknown.length === 0
              ? null
              : html`<div class="unseen">
                  <h2>Not seen</h2>
                  <ul>
                    ${changes.unknown.map((each) => html`<li>${each}</li>`)}
                  </ul>
                </div>`
          }
          ${changes.changes.length === 0 ? null : list(page)}
        </main>
        <footer>
          <p>
            Record and source out points are exclusive: the first frame that no longer belongs. “Frames differ” compares
            the picture at the same timecode; after a ripple that is everything behind it.
          </p>
          ${page.notes.map((note) => html`<p>${note}</p>`)}
        </footer>
      </body>
    </html> `.markup;
}

function numbers(changes: Changes): Markup {
  const differing = lengthOfRanges(changes.dirty);
  const delta = changes.sides.new.frames - changes.sides.old.frames;
  const fact = (value: string, label: string): Markup =>
    html`<div>
      <dt>${label}</dt>
      <dd>${value}</dd>
    </div>`;
  return html`<dl class="numbers">
    ${fact(grouped(changes.changes.length), changes.changes.length === 1 ? 'change' : 'changes')}
    ${fact(grouped(changes.unchanged), 'clips unchanged')}
    ${arePicturesCompared(changes) ? fact(grouped(differing), 'frames differ') : fact('–', 'frames not compared')}
    ${fact(delta === 0 ? '±0' : delta > 0 ? `+${grouped(delta)}` : `−${grouped(-delta)}`, 'frames in length')}
    ${changes.framesToRender === null ? null : fact(grouped(changes.framesToRender), 'frames to render')}
  </dl>`;
}

function sides({ sides: { old, new: next } }: Changes): Markup {
  const row = (label: string, side: Side): Markup =>
    html`<tr>
      <th scope="row">${label}</th>
      <td>${side.name}</td>
      <td>${rateText(side)}</td>
      <td class="tc">${timecodeText(side.start.frame, side.rate, side.start.dropFrame)}</td>
      <td class="tc">${durationText(side)}</td>
    </tr>`;
  return html`<table class="sides">
    <thead>
      <tr>
        <th></th>
        <th>Timeline</th>
        <th>Rate</th>
        <th>Starts at</th>
        <th>Length</th>
      </tr>
    </thead>
    <tbody>
      ${row('old', old)}${row('new', next)}
    </tbody>
  </table>`;
}

function rateText({ rate, start }: Side): string {
  const text = rate.den === 1 ? String(rate.num) : (rate.num / rate.den).toFixed(3).replace(/\.?0+$/, '');
  return `${text} fps${start.dropFrame ? ', drop frame' : ''}`;
}

function durationText({ frames, rate, start }: Side): string {
  return `${timecodeText(frames, rate, start.dropFrame)} (${grouped(frames)} frames)`;
}

function legend({ changes }: Changes): Markup {
  const groups = groupNames.filter((group) => changes.some((change) => groupOf(change) === group));
  return html`<p class="legend">
    ${groups.map((group) => html`<span><i class="key g-${group}"></i>${changeGroups[group].label}</span>`)}
    <span><i class="key kept"></i>unchanged</span>
  </p>`;
}

function list({ changes, pictures }: DiffPage): Markup {
  const shown = changes.changes.slice(0, mostCards);
  const rest = changes.changes.length - shown.length;
  return html`<h2 id="changes">Changes</h2>
    ${filters(shown)}
    <ol class="changes">
      ${shown.map((change, index) =>
        changeCard(change, index, changes, { isDrawn: index < mostDrawn, pictures: pictures.get(index) ?? null }),
      )}
    </ol>
    <p class="shown" aria-hidden="true"></p>
    ${rest > 0 ? html`<p class="more">${grouped(rest)} more changes are in the table (--format csv) and in the JSON document.</p>` : null}`;
}

function filters(changes: readonly Change[]): Markup {
  const chip = (id: string, label: string, count: number): Markup | null =>
    count === 0
      ? null
      : html`<label class="chip${id.startsWith('show-g-') ? ` ${id.slice(5)}` : ''}"
          ><input type="checkbox" id="${id}" checked /><span>${label} <b>${count}</b></span></label
        >`;
  const countOf = (isMember: (change: Change) => boolean): number => changes.filter(isMember).length;
  return html`<form class="filters" aria-label="show">
    <fieldset>
      <legend>For</legend>
      ${departmentNames.map((name) =>
        chip(
          `show-d-${name}`,
          departments[name],
          countOf((change) => departmentsOf(change).includes(name)),
        ),
      )}
    </fieldset>
    <fieldset>
      <legend>Kind</legend>
      ${groupNames.map((group) =>
        chip(
          `show-g-${group}`,
          changeGroups[group].label,
          countOf((change) => groupOf(change) === group),
        ),
      )}
    </fieldset>
    <button type="reset">Show all</button>
  </form>`;
}
