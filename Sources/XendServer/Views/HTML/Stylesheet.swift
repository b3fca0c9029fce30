/// The one stylesheet: calm, readable from 320 pixels on, light or dark as the reader has it.
enum Stylesheet {
    static let text = base + widths

    /// Bars get their width by class, since nothing may be styled inline.
    private static let widths = (0...100).map { ".p\($0){width:\($0)%}\n" }.joined()

    private static let base = """
        :root {
          color-scheme: light dark;
          --paper: #f4f6f7; --card: #ffffff; --ink: #172026; --soft: #52606b; --line: #dbe1e5; --field: #8795a0;
          --accent: #0b5c66; --accent-ink: #ffffff; --accent-back: #e2f0f1; --track: #e3e8eb;
          --good: #14693a; --good-back: #e0f2e7; --busy: #74500a; --busy-back: #fbf0d3;
          --bad: #9d241c; --bad-back: #fbe5e2; --off: #4b5862; --off-back: #e7ebee;
          --mono: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
          --shade: 0 1px 2px rgba(16, 30, 38, .06), 0 2px 8px rgba(16, 30, 38, .04);
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #11161a; --card: #191f24; --ink: #e4e9ed; --soft: #a0adb7; --line: #2c363d; --field: #6d7a84;
            --accent: #6bcdd6; --accent-ink: #0c1a1c; --accent-back: #15333780; --track: #2b353c;
            --good: #86dba9; --good-back: #15301f; --busy: #ecc977; --busy-back: #332a12;
            --bad: #f5a098; --bad-back: #3d1d1a; --off: #aab6bf; --off-back: #273037;
            --shade: none;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body {
          margin: 0; background: var(--paper); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Roboto, sans-serif;
        }
        a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
        a:focus-visible, button:focus-visible, input:focus-visible, textarea:focus-visible, summary:focus-visible,
        pre:focus-visible, select:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .75rem; overflow-wrap: anywhere; font-weight: 680;
          letter-spacing: -.01em; }
        h2 { font-size: 1.05rem; margin: 0 0 .75rem; font-weight: 650; }
        h2.apart { margin-top: 2rem; }
        h3 { font-size: .95rem; margin: 0 0 .35rem; font-weight: 640; }
        p { margin: 0 0 .75rem; }
        code, pre, textarea { font-family: var(--mono); font-size: .86em; }
        code { overflow-wrap: anywhere; }
        pre {
          margin: 0; padding: .9rem 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
          overflow: auto; max-height: 32rem; white-space: pre;
        }
        .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
          margin: 0; }
        .skip { position: absolute; left: -9999px; }
        .skip:focus { left: .5rem; top: .5rem; background: var(--card); padding: .4rem .8rem; z-index: 2; }
        .icon { width: .78em; height: .78em; fill: currentColor; vertical-align: -.04em; margin-right: .35em; flex: none; }
        .simulation, .stale {
          margin: 0; padding: .3rem 1rem; text-align: center; font-size: .82rem;
          background: var(--busy-back); color: var(--busy); border-bottom: 1px solid var(--line);
        }
        .simulation strong { letter-spacing: .12em; }
        .stale { background: var(--bad-back); color: var(--bad); position: sticky; top: 0; z-index: 3; }
        .bar-top {
          display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.75rem;
          padding: .65rem max(1rem, calc((100% - 72rem) / 2)); background: var(--card);
          border-bottom: 1px solid var(--line);
        }
        .brand { color: var(--ink); text-decoration: none; font-size: 1.08rem; display: inline-flex; align-items: baseline;
          gap: .3rem; overflow-wrap: anywhere; }
        .brand .icon { color: var(--accent); width: 1em; height: 1em; align-self: center; margin: 0; }
        .brand .host { color: var(--soft); font-size: .92rem; }
        .sections { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem .3rem; margin: 0; padding: 0; }
        .sections a { color: var(--soft); text-decoration: none; font-size: .93rem; padding: .3rem .6rem; display: block;
          border-radius: 6px; }
        .sections a:hover { color: var(--ink); background: var(--paper); }
        .sections a[aria-current] { color: var(--accent); font-weight: 640; background: var(--accent-back); }
        .content { max-width: 74rem; margin: 0 auto; padding: 1.4rem 1rem 4rem; }
        .trail { margin: 0 0 .15rem; font-size: .88rem; color: var(--soft); overflow-wrap: anywhere; }
        .card + .back { margin-top: 1.25rem; }
        .help, .empty { color: var(--soft); font-size: .9rem; }
        .empty { padding: 1.25rem 0; }
        .card {
          background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.25rem;
          min-width: 0; box-shadow: var(--shade);
        }
        .card + .card, .columns, .wide { margin-top: 1.25rem; }
        .columns {
          display: grid;
          gap: 1.25rem;
          grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
        }
        h2 + .columns { margin-top: 0; }
        .columns > .card { margin-top: 0; }
        .headline { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem; color: var(--soft); }
        .overview { list-style: none; margin: 1.25rem 0 0; padding: 0; }
        .overview li {
          background: var(--card); border: 1px solid var(--line); padding: .75rem 1.25rem; margin-top: -1px;
        }
        .overview li:first-child { border-radius: 12px 12px 0 0; }
        .overview li:last-child { border-radius: 0 0 12px 12px; }
        .overview a { font-weight: 620; display: inline-block; min-width: 6rem; }
        .figures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 12rem), 1fr)); }
        .figure { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.25rem;
          text-decoration: none; color: var(--soft); box-shadow: var(--shade); }
        .figure:hover { border-color: var(--accent); }
        .figure strong { display: block; font-size: 1.6rem; line-height: 1.2; color: var(--ink); font-weight: 680;
          font-variant-numeric: tabular-nums; }

        .badge {
          display: inline-flex; align-items: center; padding: .05rem .6rem; border-radius: 1rem; font-size: .84rem;
          font-weight: 620; background: var(--off-back); color: var(--off); white-space: nowrap;
        }
        .badge.good { background: var(--good-back); color: var(--good); }
        .badge.busy { background: var(--busy-back); color: var(--busy); }
        .badge.bad { background: var(--bad-back); color: var(--bad); }

        .meter { height: .5rem; background: var(--track); border-radius: .25rem; overflow: hidden; margin: .3rem 0; }
        .fill { height: 100%; background: var(--accent); border-radius: .25rem; }
        .fill.dirty { background: var(--busy); }
        .capacity { margin-bottom: 1.1rem; }
        .capacity .meter { height: .7rem; border-radius: .35rem; }
        .capacity p { color: var(--soft); font-size: .92rem; margin: .4rem 0 0; }
        .capacity strong { color: var(--ink); }

        .strip:empty { display: none; }
        .strip { background: var(--card); border-bottom: 1px solid var(--line);
          padding: .35rem max(1rem, calc((100% - 72rem) / 2)); }
        .strip ul { list-style: none; margin: 0; padding: 0; }
        .strip li { display: flex; flex-wrap: wrap; align-items: center; gap: .2rem .8rem; padding: .2rem 0; }
        .strip .meter { flex: 1 1 8rem; max-width: 20rem; margin: 0; }
        .strip p { margin: 0; font-size: .9rem; }

        .toolbar { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem 1rem; margin: 0 0 .8rem; }
        .toolbar .help { margin: 0; flex-basis: 100%; }
        .search { display: flex; gap: .5rem; flex: 1 1 18rem; max-width: 30rem; margin: 0; }
        .chips { list-style: none; display: flex; flex-wrap: wrap; gap: .35rem; margin: 0; padding: 0; }
        .chip { display: inline-flex; align-items: center; gap: .3rem; padding: .2rem .7rem; border-radius: 1rem;
          border: 1px solid var(--line); background: var(--card); color: var(--off); text-decoration: none;
          font-size: .86rem; }
        .chip .icon { margin: 0; }
        .chip.good { color: var(--good); }
        .chip.busy { color: var(--busy); }
        .chip.bad { color: var(--bad); }
        .chip:hover, .chip[aria-current] { border-color: currentColor; }
        .chip[aria-current] { box-shadow: inset 0 0 0 1px currentColor; }
        .together { display: flex; flex-wrap: wrap; align-items: center; gap: .45rem; margin: .8rem 0 0; }
        .pager { display: flex; gap: 1rem; margin: .8rem 0 0; color: var(--soft); }
        .each { margin: 0; }

        table { border-collapse: collapse; width: 100%; }
        .list { background: var(--card); border: 1px solid var(--line); border-radius: 12px; border-spacing: 0;
          border-collapse: separate; font-variant-numeric: tabular-nums; box-shadow: var(--shade); }
        .list th { text-align: left; font-size: .8rem; font-weight: 620; color: var(--soft);
          padding: .65rem .8rem .45rem; white-space: nowrap; }
        .list th a { color: inherit; text-decoration: none; }
        .list th a:hover { text-decoration: underline; }
        .list th[aria-sort] { color: var(--ink); }
        .list td { padding: .5rem .8rem; border-top: 1px solid var(--line); vertical-align: top;
          overflow-wrap: break-word; }
        .list tbody tr:hover td { background: var(--paper); }
        .list tbody tr:last-child td:first-child { border-bottom-left-radius: 12px; }
        .list tbody tr:last-child td:last-child { border-bottom-right-radius: 12px; }
        .list td:first-child { min-width: 7rem; }
        .list td.tick, .list th.tick { min-width: 0; width: 2.2rem; padding-right: 0; }
        .list td.name { min-width: 7rem; overflow-wrap: anywhere; }
        .list td.number { white-space: nowrap; }
        .list td .meter { height: .25rem; max-width: 8rem; }
        .list code { color: var(--soft); overflow-wrap: anywhere; }
        .list .quantity, .list .letters { white-space: nowrap; }
        .card .list { border: 0; border-radius: 0; box-shadow: none; }
        .card .list tbody tr:hover td { background: none; }
        .card .list th:first-child, .card .list td:first-child { padding-left: 0; }
        .card .list th:last-child, .card .list td:last-child { padding-right: 0; }
        .facts th { text-align: left; font-weight: 400; color: var(--soft); padding: .22rem 1rem .22rem 0;
          vertical-align: top; white-space: nowrap; width: 8.5rem; }
        .facts td { padding: .22rem 0; overflow-wrap: anywhere; }
        .pairs { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: 0; }
        .pairs div { display: flex; gap: .4rem; min-width: 0; }
        .pairs dt { color: var(--soft); }
        .pairs dd { margin: 0; overflow-wrap: anywhere; }
        details.raw { font-size: .82rem; color: var(--soft); }
        details.raw summary { display: inline-block; }
        summary { cursor: pointer; font-weight: 640; }
        details.raw summary { font-weight: 400; text-decoration: underline dotted; }
        details[open] > summary { margin-bottom: .75rem; }

        .notice {
          background: var(--good-back); color: var(--ink); border: 1px solid var(--line);
          border-left: 4px solid var(--good); border-radius: 8px; padding: .8rem 1rem; margin: 0 0 1.25rem;
          overflow-wrap: anywhere;
        }
        .notice p:last-child, .notice ul { margin-bottom: 0; }
        .notice ul { margin-top: .3rem; padding-left: 1.2rem; }
        .notice pre { margin-top: .6rem; }
        .notice .icon { color: var(--bad); }
        .notice.error, .notice.attention { background: var(--bad-back); border-left-color: var(--bad); }
        .notice.attention p { margin: 0; }
        .notice.warning, .notice.pending { background: var(--busy-back); border-left-color: var(--busy); }

        .forms {
          display: grid;
          gap: 1.75rem 2rem;
          grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr));
        }
        .operation + .operation { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
        .forms .operation + .operation { margin-top: 0; padding-top: 0; border-top: 0; }
        .operation .help { margin-bottom: .6rem; }
        .off h3 { color: var(--soft); }
        .reason { overflow-wrap: anywhere; }
        .facts + .operation, .facts + p, pre + p, pre + .operation { margin-top: 1.1rem; }
        .card > :last-child { margin-bottom: 0; }
        .run { margin: 0 0 1.25rem; display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
        .inline { margin: 0; }
        .list .run { margin: 0; }
        .list + .help { margin-top: .6rem; }
        .operation + details, details + details { margin-top: 1rem; }
        .card > .story:first-of-type { margin-bottom: 1rem; }
        .field { margin: 0 0 .7rem; }
        .field label, legend { display: block; font-size: .88rem; color: var(--soft); padding: 0; }
        .field .help { display: block; }
        fieldset { border: 0; margin: 0 0 .8rem; padding: 0; min-width: 0; }
        fieldset label { display: inline-block; margin-right: .8rem; padding: .2rem 0; }
        input[type=text], input[type=search], input[type=password], input[type=number], textarea, input[type=file], select {
          width: 100%; max-width: 100%; padding: .42rem .6rem; color: var(--ink); background: var(--card);
          border: 1px solid var(--field); border-radius: 8px; font-size: 1rem; font-family: inherit;
        }
        textarea { font-family: var(--mono); font-size: .86rem; line-height: 1.45; resize: vertical; }
        input[type=radio], input[type=checkbox] { accent-color: var(--accent); width: 1.05rem; height: 1.05rem;
          vertical-align: -.15rem; }
        ::placeholder { color: var(--soft); opacity: 1; }
        button {
          font: inherit; font-weight: 620; white-space: nowrap; font-size: .92rem; padding: .42rem 1rem;
            border-radius: 8px; cursor: pointer;
          border: 1px solid var(--field); background: var(--card); color: var(--ink);
        }
        button:hover:enabled { border-color: var(--accent); background: var(--accent-back); }
        button:disabled { cursor: not-allowed; color: var(--soft); background: var(--off-back); border-style: dashed;
          border-color: var(--line); }
        button.good { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
        button.good:hover:enabled { background: var(--accent); filter: brightness(1.1); }
        button.danger:enabled { color: var(--bad); }
        button.danger:hover:enabled { border-color: var(--bad); background: var(--bad-back); }
        .question button.danger:enabled { background: var(--bad); border-color: var(--bad); color: var(--card); }
        .question p:last-child { margin: 1rem 0 0; }
        button.small { font-size: .82rem; padding: .12rem .6rem; }
        /* The newest lines are in sight: a box whose bottom comes first is scrolled there. */
        pre.log { display: flex; flex-direction: column-reverse; }

        .making > .card { margin-bottom: 1.25rem; }
        .pair { display: grid; gap: 0 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 10rem), 1fr)); }
        .pair .field, .device .field { min-width: 0; }
        .operation + p { margin-top: 1rem; }
        [hidden] { display: none !important; }
        .device { display: grid; gap: 0 1rem; align-items: end; padding: .5rem 0; border-top: 1px solid var(--line);
          grid-template-columns: repeat(auto-fit, minmax(min(100%, 12rem), 1fr)); }
        .device legend { float: left; grid-column: 1 / -1; font-weight: 640; color: var(--ink); margin-bottom: .3rem; }
        .device button { justify-self: start; margin-bottom: .7rem; }
        .fault { display: block; color: var(--bad); font-size: .88rem; overflow-wrap: anywhere; }
        [aria-invalid] { border-color: var(--bad) !important; }

        .terminal { margin: 0 0 1.5rem; }
        .standing { margin: 0 0 .5rem; color: var(--soft); }
        pre.screen { height: min(30rem, 65vh); max-height: none; margin: 0 0 .8rem; background: #10161b; color: #dfe7ec;
          border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; overflow: auto; font-size: .88rem;
          white-space: pre-wrap; overflow-wrap: anywhere; }
        #printed { display: block; margin-bottom: auto; }
        .writes pre.screen:focus { outline: 3px solid var(--accent); outline-offset: 1px; }
        .canvas { background: #10161b; border-radius: 8px; padding: .8rem; margin: 0 0 .8rem; overflow: hidden; }
        .typing .field { margin-bottom: .5rem; }
        .typing select { width: auto; }
        .typing > button { margin-bottom: .8rem; }

        .timeline { display: block; width: 100%; height: auto; background: var(--card); border: 1px solid var(--line);
          border-radius: 12px; }
        .timeline text { font: 11px system-ui, sans-serif; fill: var(--soft); }
        .timeline .who { fill: var(--ink); font-weight: 620; }
        .timeline .grid { stroke: var(--line); }
        .timeline .bar { stroke: var(--card); stroke-width: .5; }
        rect.running { fill: #2f9e5f; }
        rect.copying { fill: #3f8fc4; }
        rect.paused { fill: #8a98a3; }
        rect.suspended { fill: #5d6fb8; }
        rect.making { fill: #d6a631; }
        rect.ending { fill: #b98a2a; }
        rect.arriving { fill: #79b7d9; }
        rect.handedover { fill: #a77bc9; }
        rect.doubt { fill: #b5443b; }
        rect.crashed { fill: #c9463c; }
        rect.exited { fill: #75838d; }
        rect.waiting { fill: #d8863b; }
        rect.kept { fill: #c7d0d6; }
        .timeline .mark { fill: var(--ink); }
        .timeline .mark.bad { fill: var(--bad); }
        .spark { width: 7.5rem; height: 1.5rem; display: block; }
        .graph-line { fill: none; stroke: var(--accent); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
        .graph-line.line1 { stroke: #b5702a; stroke-dasharray: 4 2; }
        .graphs { display: grid; gap: 1rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
        .graph-figure { margin: 0; min-width: 0; }
        .graph { display: block; width: 100%; height: auto; }
        .graph text { font: 11px system-ui, sans-serif; fill: var(--soft); }
        .graph .grid { stroke: var(--line); }
        .graph-now { color: var(--soft); margin-right: .6rem; font-variant-numeric: tabular-nums; }
        .graphs + p { margin-top: .8rem; }
        .wiring { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .8rem; overflow-x: auto; }
        .wiring:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        .wiring + .card { margin-top: 1rem; }
        .drawing { display: block; width: 100%; min-width: 42rem; height: auto; }
        .drawing text { font: 12px system-ui, sans-serif; fill: var(--ink); }
        .drawing .column { fill: var(--soft); }
        .drawing rect { fill: var(--paper); stroke: var(--field); }
        .drawing .who rect { fill: var(--accent-back); stroke: var(--accent); }
        .drawing .driver rect { stroke-dasharray: 5 3; stroke-width: 2; }
        .drawing .contended rect { fill: var(--bad-back); stroke: var(--bad); stroke-width: 2; }
        .drawing .wire { fill: none; stroke: var(--accent); stroke-width: 2; }
        .drawing .reads { stroke-dasharray: 5 4; }
        .drawing .driven { stroke: var(--busy); }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1rem; margin: .5rem 0 1.2rem; padding: 0;
          font-size: .84rem; color: var(--soft); }
        .legend svg { width: .8rem; height: .8rem; vertical-align: -.08rem; margin-right: .35rem; }
        .entry time { color: var(--soft); font-variant-numeric: tabular-nums; }
        .entry .badge { white-space: normal; }
        .entry em { font-style: normal; font-weight: 620; color: var(--accent); }
        .entry.bad em, .entry.bad strong { color: var(--bad); }
        .story li { padding: .22rem 0; overflow-wrap: anywhere; }
        .story > li > details > summary { font-weight: 400; }
        .pictured .run { margin-bottom: .6rem; }
        .story { margin: 0; padding: 0; list-style: none; }
        .story .story { padding-left: 1.1rem; border-left: 2px solid var(--line); margin-left: .3rem; }

        @media (max-width: 46rem) {
          body { font-size: 16px; }
          .list thead { position: absolute; left: -9999px; }
          .list, .list tbody, .list tr, .list td { display: block; width: 100%; }
          .list tr { padding: .6rem .9rem; border-top: 1px solid var(--line); }
          .list tr:first-child { border-top: 0; }
          .list td { border: 0; padding: .15rem 0; display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; }
          .list tbody tr:hover td { background: none; }
          .list td::before { content: attr(data-label); flex: 0 0 5.5rem; color: var(--soft); font-size: .85rem; }
          .list td[data-label=""]::before { display: none; }
          .list td code { flex: 1 1 10rem; }
          .list td .meter { flex: 1 1 3rem; min-width: 3rem; }
          .card .list tr { padding-left: 0; padding-right: 0; }
          .compact tr { display: grid; grid-template-columns: 1fr 1fr; column-gap: 1rem; position: relative; }
          .compact td:first-child, .compact td.name { grid-column: 1 / -1; }
          .compact td:first-child::before, .compact td.name::before { display: none; }
          .compact td.tick { position: absolute; right: .9rem; top: .7rem; width: auto; }
          .compact td.name { padding-right: 2.5rem; }
          .compact td::before { flex-basis: 4rem; }
          .compact td { gap: .4rem; min-width: 0; }
          .compact td code.letters { flex: 0 0 auto; }
          .compact td[data-label=State] { grid-column: 1 / -1; order: -1; }
          .compact td.name, .compact td.tick { order: -2; }
          .compact td[data-label=State]::before { display: none; }
          .graph text { font-size: 20px; }
          pre.log { white-space: pre-wrap; overflow-wrap: anywhere; }
          .card { padding: 1rem; }
          .search { max-width: none; }
          input[type=checkbox], input[type=radio] { width: 1.25rem; height: 1.25rem; }
        }
        @media (max-width: 26rem) {
          .compact td::before { flex-basis: 3.7rem; font-size: .8rem; }
          .compact td { font-size: .92rem; }
          .content { padding-left: .75rem; padding-right: .75rem; }
        }
        @media (prefers-reduced-motion: no-preference) { .fill { transition: width .4s; } }
        @media (forced-colors: active) { .badge, .chip, .meter, .fill, button { border: 1px solid; } }
        @media print {
          .bar-top nav, form:not(.each), .together, .toolbar, .stale, .skip, .simulation { display: none; }
          /* On paper nothing is done: what has nothing but forms in it is left away. */
          section[aria-label="New domains"], section[aria-label="Other ways"], .card:has(> .forms),
            .card:has(> form:first-child), .tick, details.raw, .canvas { display: none; }
          body { background: #fff; color: #000; }
          pre.screen { display: block !important; height: auto; background: #fff; color: #000; }
          .card, .list { box-shadow: none; break-inside: avoid; }
          .content { max-width: none; padding: 0; }
          pre { max-height: none; }
        }

        """
}
