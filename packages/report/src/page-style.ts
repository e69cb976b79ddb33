/** Style of all pages: system fonts, light and dark by the reader's setting, narrow screens, paper. */
export const pageStyle = `
:root{color-scheme:light dark;--ink:#1d2026;--soft:#5d6470;--line:#dcdfe5;--page:#fff;--card:#f6f7f9;--kept:#c3c8d1;--fresh:#d9480f;--picture:#aab4c8;--sound:#a9c4b4;--good:#1f7a4d;--bad:#c0262d}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e7e9ee;--soft:#9aa2af;--line:#343a45;--page:#15171b;--card:#1d2026;--kept:#4a515e;--fresh:#ff8a4c;--picture:#4d5a75;--sound:#47654f;--good:#5fc892;--bad:#ff7b7b}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1240px;padding:32px 24px 64px;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:28px;line-height:1.2;margin:0 0 6px;overflow-wrap:anywhere}
h2{font-size:20px;margin:0 0 4px;overflow-wrap:anywhere}
h2 small{font-weight:400;color:var(--soft);font-size:15px}
h3{font-size:13px;margin:20px 0 6px;color:var(--soft);text-transform:uppercase;letter-spacing:.06em}
header p,footer p{margin:0;color:var(--soft)}
footer{margin-top:40px;padding-top:16px;border-top:1px solid var(--line);font-size:13px}
section{margin-top:28px;padding:22px 24px;background:var(--card);border:1px solid var(--line);border-radius:10px}
a{color:inherit}
.facts{margin:0 0 14px;color:var(--soft)}.facts b{color:var(--ink)}
.scroll{overflow-x:auto}.scroll:focus-visible{outline:2px solid var(--fresh);outline-offset:2px}
table{border-collapse:collapse;width:100%;margin-top:24px;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:7px 12px 7px 0;border-bottom:1px solid var(--line);white-space:nowrap}
th{font-weight:600;color:var(--soft);font-size:13px}
td:first-child{white-space:normal;min-width:200px}
.n{text-align:right}
.mark{font-size:13px;font-weight:600;white-space:nowrap}.mark.yes{color:var(--good)}.mark.no{color:var(--bad)}.mark.none{color:var(--soft);font-weight:400}
.mark.yes::before{content:"✓ "}.mark.no::before{content:"✗ "}
.strip{display:block;min-width:720px;width:100%;height:auto}
.strip text{font:11px system-ui,-apple-system,sans-serif;fill:var(--ink)}
.strip text.track{fill:var(--soft)}
.strip .picture{fill:var(--picture)}.strip .sound{fill:var(--sound)}.strip .changed{fill:var(--fresh);fill-opacity:.55}
.strip .kept{fill:var(--kept)}.strip .rendered{fill:var(--fresh)}
.legend{margin:6px 0 0;color:var(--soft);font-size:13px}
.key{display:inline-block;width:11px;height:11px;border-radius:2px;margin:0 4px 0 14px;vertical-align:-1px}.key:first-child{margin-left:0}
.key.kept{background:var(--kept)}.key.rendered{background:var(--fresh)}
.reasons{list-style:none;margin:0;padding:0}
.reasons li{padding:2px 0;overflow-wrap:anywhere}
.tc{font-variant-numeric:tabular-nums;color:var(--soft);margin-right:8px}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(340px,1fr));gap:18px}
.pair p{margin:0 0 6px}.pair>div{display:grid;grid-template-columns:1fr 1fr;gap:8px}
figure{margin:0}figcaption{font-size:12px;color:var(--soft)}
img{display:block;width:100%;height:auto;border-radius:4px;border:1px solid var(--line)}
figure .none{aspect-ratio:16/9;display:grid;place-items:center;border:1px dashed var(--line);border-radius:4px;color:var(--soft);font-size:13px}
@media screen and (max-width:640px){body{padding:20px 14px 48px}section{padding:16px}.pictures{grid-template-columns:1fr}}
@media print{@page{size:A4 landscape;margin:12mm 12mm 14mm;@bottom-right{content:counter(page) " / " counter(pages);font:9px system-ui,sans-serif;color:#5d6470}}body{max-width:none;padding:0 2px;font-size:11px;print-color-adjust:exact;-webkit-print-color-adjust:exact}h1{font-size:20px}h2{font-size:15px;break-after:avoid}h2 small{font-size:12px}h3{margin:10px 0 3px;font-size:10px;break-after:avoid}section{break-inside:avoid;background:none;margin-top:14px;padding:12px 16px}.scroll{overflow:visible}.strip{min-width:0}th,td{padding:4px 10px 4px 0;font-size:10px}.pictures{grid-template-columns:repeat(3,1fr)}:is(.mark,.legend,figcaption,footer){font-size:10px}}
`;
