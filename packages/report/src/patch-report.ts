import type { FrameRange } from '@patchwork/time';
import { html, raw, type Markup } from './html.ts';
import { pageStyle } from './page-style.ts';
import { timelineStrip, type StripTrack } from './timeline-strip.ts';

/** A report on one or more patches of a deliverable. All texts are shown as they stand, escaped. */
export interface PatchReport {
  readonly title: string;
  /** One sentence under the title. */
  readonly lead: string;
  readonly runs: readonly PatchRun[];
  /** Facts of the machine and the tools, one a line. */
  readonly colophon: readonly string[];
}

/** One patch: what was done, what it cost, what it proved, what to watch. */
export interface PatchRun {
  /** The edit in an editor's words. */
  readonly name: string;
  /** Which output: `H.264`, `ProRes`. */
  readonly output: string;
  readonly frames: { readonly total: number; readonly rendered: number; readonly reused: number };
  readonly seconds: number;
  /** Of a clean render of the same timeline; null when none was made. */
  readonly cleanSeconds: number | null;
  /** Whether the file is the clean render's, bit for bit; null when none was made. */
  readonly identical: boolean | null;
  readonly tracks: readonly StripTrack[];
  /** Frames encoded in this run, in the deliverable. */
  readonly rendered: readonly FrameRange[];
  readonly reasons: readonly { readonly text: string; readonly place: string }[];
  readonly watch: readonly { readonly place: string; readonly length: string }[];
  readonly watchTotal: string;
  readonly pictures: readonly BeforeAfter[];
}

/** A frame of the old and the new deliverable. Images are data URLs of JPEG or PNG; null where there was no frame. */
export interface BeforeAfter {
  readonly place: string;
  readonly caption: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Writes the report as one page that needs nothing else: no script, no font, no file beside it. */
export function patchReportHtml(report: PatchReport): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${report.title}</title>
        <style>
          ${raw(pageStyle)}
        </style>
      </head>
      <body>
        <header>
          <h1>${report.title}</h1>
          <p>${report.lead}</p>
        </header>
        <main>${summary(report.runs)} ${report.runs.map(section)}</main>
        <footer>${report.colophon.map((line) => html`<p>${line}</p>`)}</footer>
      </body>
    </html> `;
  return page.markup;
}

function summary(runs: readonly PatchRun[]): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="all runs">
    <table class="summary">
      <thead>
        <tr>
          <th>Edit</th>
          <th>Output</th>
          <th class="n">Rendered</th>
          <th class="n">Reused</th>
          <th class="n">Patch</th>
          <th class="n">Clean render</th>
          <th>Identical</th>
        </tr>
      </thead>
      <tbody>
        ${runs.map(
          (run, index) =>
            html`<tr>
              <td><a href="#run-${index}">${run.name}</a></td>
              <td>${run.output}</td>
              <td class="n">${grouped(run.frames.rendered)}</td>
              <td class="n">${grouped(run.frames.reused)}</td>
              <td class="n">${seconds(run.seconds)}</td>
              <td class="n">${run.cleanSeconds === null ? '–' : seconds(run.cleanSeconds)}</td>
              <td>${verdict(run.identical)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div> `;
}

function section(run: PatchRun, index: number): Markup {
  const share = run.frames.total === 0 ? 0 : (100 * run.frames.rendered) / run.frames.total;
  return html`<section id="run-${index}">
    <h2>${run.name} <small>${run.output}</small></h2>
    <p class="facts">
      <b>${grouped(run.frames.rendered)}</b> of ${grouped(run.frames.total)} frames rendered
      (${share.toFixed(share < 10 ? 1 : 0)} %), the rest kept byte for byte. ${verdict(run.identical)}
    </p>
    ${timelineStrip(run.tracks, run.rendered, run.frames.total)}
    ${
      run.reasons.length === 0
        ? null
        : html`<h3>Why</h3>
            <ul class="reasons">
              ${listed(run.reasons, ({ place, text }) => html`<span class="tc">${place}</span> ${text}`)}
            </ul>`
    }
    ${
      run.pictures.length === 0
        ? null
        : html`<h3>Before and after</h3>
            <div class="pictures">${run.pictures.map(pair)}</div>`
    }
    <h3>To watch</h3>
    ${
      run.watch.length === 0
        ? html`<p>Nothing: every picture and every join was in the delivery before.</p>`
        : html`<p>${run.watchTotal}, with ten seconds before and after each change.</p>
            <ul class="reasons">
              ${listed(run.watch, ({ place, length }) => html`<span class="tc">${place}</span> ${length}`)}
            </ul>`
    }
  </section> `;
}

/** A page for people: what no one reads to the end is counted. */
const mostListed = 400;

function listed<T>(all: readonly T[], text: (one: T) => Markup): Markup {
  const rest = all.length - mostListed;
  return html`${all.slice(0, mostListed).map((one) => html`<li>${text(one)}</li>`)}
  ${rest > 0 ? html`<li>and ${grouped(rest)} more</li>` : null}`;
}

function pair(picture: BeforeAfter): Markup {
  const side = (label: string, image: string | null): Markup =>
    html`<figure>
      ${image === null ? html`<div class="none">no frame here</div>` : html`<img src="${image}" alt="${label}, ${picture.caption}" loading="lazy" />`}
      <figcaption>${label}</figcaption>
    </figure>`;
  return html`<div class="pair">
    <p><span class="tc">${picture.place}</span> ${picture.caption}</p>
    <div>${side('before', picture.before)}${side('after', picture.after)}</div>
  </div>`;
}

function verdict(identical: boolean | null): Markup {
  if (identical === null) return html`<span class="mark none">not compared</span>`;
  return identical
    ? html`<span class="mark yes">identical to clean render</span>`
    : html`<span class="mark no">differs from clean render</span>`;
}

function seconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} s`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
