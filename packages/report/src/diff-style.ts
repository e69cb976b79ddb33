import { zoomStyle } from './strip-scale.ts';

/**
 * Style of the comparison's page, on top of the page style. The filters work without a script: a box that is not checked hides its
 * department's or group's changes.
 */
export function diffStyle(departments: readonly string[], groups: readonly string[]): string {
  const off = (name: string): string => `:has(#show-${name}:not(:checked))`;
  const hide = [...departments.map((name) => `d-${name}`), ...groups.map((name) => `g-${name}`)].map(
    (name) => `body${off(name)} :is(.change,.mark).${name}{display:none}`,
  );
  // Linked sound belongs to two departments: hidden when neither is asked for.
  const both = departments.map(
    (name) => `body${off(`d-${name}`)}${off('d-sound')} :is(.change,.mark).d-${name}-sound{display:none}`,
  );
  const colors = groups.map((name) => `.g-${name}{--group:var(--${name})}`);
  return [style, zoomStyle, ...colors, ...hide, ...both].join('\n');
}

const light =
  '--fill:.55;--added:#23874a;--removed:#d1353b;--replaced:#b83fa0;--moved:#2f72d8;--shifted:#527298;--trimmed:#ad6700;--look:#7a58c9;--sound:#0c7f87;--note:#6b7280;--clip:#d5dae3;--band:#eceff4';
const dark =
  '--fill:.35;--added:#4cc47b;--removed:#ff6b6e;--replaced:#e27bd0;--moved:#6ea4ff;--shifted:#93b3d9;--trimmed:#f0a93b;--look:#a98af0;--sound:#3fc2cb;--note:#98a0ad;--clip:#3a414d;--band:#22262d';

const style = `
:root{${light}}
@media screen and (prefers-color-scheme:dark){:root{${dark}}}
.diff{max-width:1280px}
.diff h1{font-size:26px;overflow-wrap:anywhere}.diff h1 .arrow{color:var(--soft);font-weight:400}
.diff h2{margin:36px 0 10px}
.kicker{text-transform:uppercase;letter-spacing:.08em;font-size:12px;font-weight:600}
.diff .summary{font-size:16px;color:var(--ink)}
.numbers{display:flex;flex-wrap:wrap;gap:10px;margin:22px 0}
.numbers div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 16px;min-width:120px;display:flex;flex-direction:column-reverse}
.numbers div{justify-content:flex-end}.numbers dt{color:var(--soft);font-size:13px}.numbers dd{margin:0;font-size:22px;font-weight:600;font-variant-numeric:tabular-nums}
.sides{margin:0 0 22px;width:auto}.sides th,.sides td{padding-right:28px;vertical-align:top}.sides td:nth-child(2){white-space:normal;overflow-wrap:anywhere}.sides td.tc,.facts td{font-variant-numeric:tabular-nums}
.diff .tc{color:inherit;margin:0}
.overview{display:grid;grid-template-columns:44px minmax(0,1fr)}
.strip-labels,.strips{display:block}.strips{width:100%;overflow:visible}.overview .scroll{overflow-y:hidden;padding-bottom:4px}
.strip-labels text,.strips text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink);pointer-events:none}
.strip-labels text,.strips text.lane{fill:var(--soft)}
.strips .clips{fill:var(--clip);stroke:var(--clip);stroke-width:1;vector-effect:non-scaling-stroke}.strips .heard{opacity:.75}.strips .cuts{fill:none;stroke:var(--page);stroke-width:1;vector-effect:non-scaling-stroke}
.strips .band{fill:var(--band)}.strips .band.moved{fill:var(--moved);fill-opacity:.2}
.strips .mark{fill:var(--group);fill-opacity:var(--fill);stroke:var(--group);stroke-width:1.5}.strips .mark{scroll-margin:120px 40vw}.strips .mark:target{stroke:var(--ink);stroke-width:3}
.strips .differs{fill:var(--soft);stroke:var(--soft);stroke-width:1;vector-effect:non-scaling-stroke}
.strips a:focus-visible .mark{stroke:var(--ink);stroke-width:2.5}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px}.legend .key{margin:0 6px 0 0;background:var(--group)}.legend .key.kept{background:var(--clip)}
.unseen{margin:24px 0 0;padding:14px 18px;border:1px solid var(--trimmed);border-left-width:5px;border-radius:8px}.diff .unseen h2{margin:0 0 4px;font-size:16px}.unseen ul{margin:0;padding-left:18px}
.skip{position:absolute;left:-999px}.skip:focus{position:static;display:inline-block;margin-bottom:10px}
.filters{display:flex;flex-wrap:wrap;gap:10px 26px;align-items:center;margin:0 0 14px}
.filters fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:6px;align-items:center}
.filters legend{float:left;color:var(--soft);font-size:13px;margin-right:8px;padding:0}
.zoom{margin:0 0 8px}.zoom .chip span{text-decoration:none}
.chip{cursor:pointer;display:inline-flex}
.chip input{position:absolute;opacity:0;width:1px;height:1px}
.chip span{border:1px solid var(--line);border-radius:999px;padding:3px 11px;font-size:13px;color:var(--soft);text-decoration:line-through;text-decoration-color:var(--line)}
.chip b{font-weight:600;font-variant-numeric:tabular-nums}
.chip[class*=" g-"] span::before{content:"";display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:6px;background:var(--group)}.chip input:not(:checked)+span::before{background:none!important;box-shadow:inset 0 0 0 1px var(--soft)}
.chip input:checked+span{background:var(--card);color:var(--ink);border-color:var(--group,var(--soft));text-decoration:none}
.chip input:focus-visible+span,.filters button:focus-visible,.scroll:focus-visible,.diff a:focus-visible{outline:2px solid var(--moved);outline-offset:2px}
.filters button{font:inherit;font-size:13px;color:var(--soft);background:none;border:0;padding:3px 0;text-decoration:underline;cursor:pointer}
.changes{list-style:none;margin:0;padding:0;counter-reset:shown}
.change{counter-increment:shown;display:grid;grid-template-columns:118px minmax(0,1fr) 148px;gap:0 20px;padding:14px 0 14px 14px;border-top:1px solid var(--line);border-left:4px solid var(--group);scroll-margin-top:12px}
.change:target{background:var(--card)}
.when,.cost{display:flex;flex-direction:column;font-variant-numeric:tabular-nums}
.when .tc{font-weight:600;text-decoration:none}.when a:is(:hover,:focus-visible){text-decoration:underline}.tracks{color:var(--soft);font-size:13px}
.cost{color:var(--soft);font-size:13px;text-align:right}.cost b{color:var(--ink)}
.words{margin:0;overflow-wrap:anywhere}.words b,.words .text,.diff h1 span,figcaption{unicode-bidi:isolate}
.tag{display:inline-block;font-size:12px;font-weight:600;color:color-mix(in srgb,var(--group) 65%,var(--ink));border:1px solid var(--group);border-radius:4px;padding:0 6px;margin-right:6px}
.detail{margin:9px 0 2px;display:grid;gap:3px}
.detail .row{display:grid;grid-template-columns:32px minmax(0,1fr);align-items:center}
.side{color:var(--soft);font-size:12px}
.track{position:relative;height:22px;background:var(--card);border-radius:3px;overflow:hidden}
.track span{position:absolute;top:0;bottom:0;background:var(--clip);border-right:1px solid var(--page);font-size:11.5px;line-height:22px;padding-left:4px;overflow:hidden;white-space:nowrap;text-overflow:clip}
.track span[class]:not([class=""]){background:color-mix(in srgb,var(--group) 45%,var(--page));box-shadow:inset 0 0 0 1px var(--group)}
.track i{position:absolute;top:0;bottom:0;width:2px;margin-left:-1px;background:var(--group)}
.facts{margin:8px 0 0;width:auto;font-size:13px}
.facts th,.facts td{border:0;padding:1px 22px 1px 0;white-space:normal;overflow-wrap:anywhere;min-width:44px;vertical-align:top}
.facts thead th{font-weight:400}.facts tbody th{font-weight:400;white-space:nowrap}
.facts th{font-size:inherit}.facts .clip th{padding-top:4px;color:var(--ink);font-weight:600;white-space:normal}
.facts td:first-of-type{color:var(--soft)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.sight{display:flex;flex-wrap:wrap;gap:10px 28px;align-items:flex-start;justify-content:space-between}
.diff .pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:8px;margin-top:8px;flex:0 1 350px;min-width:min(100%,260px)}
.more{color:var(--soft);font-size:13px;margin:6px 0 0}
.shown{color:var(--soft);font-size:13px;margin:14px 0 0}.shown::after{content:counter(shown) " shown"}
@media print,(min-width:761px){.change:not(:has(.cost span)){grid-template-columns:118px minmax(0,1fr) 0}}
@media screen and (max-width:760px){.sides :is(th,td){white-space:normal;padding-right:12px}.sides td:nth-child(2){min-width:0}.change{grid-template-columns:minmax(0,1fr) auto;gap:4px 14px;padding-left:10px}.what{grid-column:1/-1;grid-row:2}.when{flex-direction:row;gap:10px;align-items:baseline}.cost{flex-direction:row;gap:10px}.numbers div{flex:1 1 130px;padding:8px 12px}.facts{display:block}.facts th,.facts td{padding-right:12px}}
@media print{.filters,.shown,.skip{display:none}.diff .strips{min-width:0;width:100%}.diff :is(.strips,.strip-labels) text{font-size:9.5px}.diff h2{break-after:avoid}.numbers,.sides,.overview,.unseen{break-inside:avoid}.change{break-inside:avoid;padding:8px 0 8px 10px}.change:target{background:none}.numbers div{padding:6px 12px}.numbers dd{font-size:16px}.diff .summary{font-size:12px}.diff :is(.facts,.cost,.tracks,.tag,.side,.legend,.more,figcaption,footer p,.numbers dt,.sides th,.sides td){font-size:10px}.facts th,.facts td{padding:0 14px 0 0}.track{height:17px}.track span{font-size:9.5px;line-height:17px}.sight{gap:8px 20px}.diff .pair{flex-basis:260px;min-width:220px;margin-top:2px}.diff h2{margin:20px 0 8px}.diff .unseen{margin-top:14px;padding:8px 14px}.diff .unseen h2{margin:0;font-size:12px}}
`;
