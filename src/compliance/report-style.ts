/** The page's look: dark text on white, readable in print, wide tables scroll by themselves. */
export const reportStyle = `
:root { color-scheme: light; --ink: #1a1f2b; --quiet: #59617a; --line: #d9deea; --paper: #ffffff; --soft: #f5f7fb; --bad: #a83a00; --good: #006b4f; --wait: #6a5300; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--soft); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1280px; margin: 0 auto; padding: 32px 24px 64px; background: var(--paper); min-height: 100vh; }
header { border-bottom: 3px solid var(--ink); margin-bottom: 20px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 19px; margin: 36px 0 8px; }
.kicker { margin: 0; color: var(--quiet); letter-spacing: .12em; text-transform: uppercase; font-size: 12px; }
.status { margin: 0 0 16px; }
.facts { margin: 0; display: grid; gap: 4px; }
.facts div { display: grid; grid-template-columns: 14em 1fr; gap: 12px; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
code { font: 13px/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 12px 0; font-size: 13.5px; }
caption { text-align: left; color: var(--quiet); padding-bottom: 6px; }
th, td { text-align: left; vertical-align: top; padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--ink); vertical-align: bottom; }
tbody td { white-space: nowrap; }
tbody td:has(code) { white-space: normal; min-width: 16em; }
tbody th { font-weight: 600; }
.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
figure { margin: 12px 0; }
figure svg { width: 100%; height: auto; border: 1px solid var(--line); border-radius: 6px; }
figcaption { color: var(--quiet); font-size: 13px; }
.is-violated, .is-corrected { color: var(--bad); font-weight: 700; }
.is-fulfilled, .is-final { color: var(--good); font-weight: 700; }
.is-undefined, .is-open, .is-provisional { color: var(--wait); font-weight: 700; }
small { color: var(--quiet); }
@media print { body { background: none; font-size: 11px; } main { max-width: none; padding: 0; } .scroll { overflow: visible; } table { font-size: 9.5px; } section { break-inside: avoid-page; } tr, figure { break-inside: avoid; } tbody td { white-space: normal; } }
`;
