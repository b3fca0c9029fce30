/// The one stylesheet: calm, readable from 320 pixels on, light or dark as the reader has it.
enum Stylesheet {
    static let text = base + widths

    /// Bars get their width by class, since nothing may be styled inline.
    private static let widths = (0...100).map { ".p\($0){width:\($0)%}\n" }.joined()

    private static let base = """
        :root {
          color-scheme: light dark;
          --paper: #f6f7f8; --card: #ffffff; --ink: #1c2329; --soft: #5b6873; --line: #dfe4e8;
          --accent: #0b6b74; --accent-ink: #ffffff; --track: #e6ebee;
          --good: #1d7a45; --good-back: #e2f3e8; --busy: #80590a; --busy-back: #fbf0d3;
          --bad: #a82a22; --bad-back: #fbe6e3; --off: #55616b; --off-back: #e9edf0;
          --mono: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #14191d; --card: #1c2328; --ink: #e3e8ec; --soft: #9aa7b1; --line: #303a42;
            --accent: #5cc3cc; --accent-ink: #0d1a1c; --track: #2b353c;
            --good: #7fd6a2; --good-back: #17352430; --busy: #e8c36a; --busy-back: #3b301560;
            --bad: #f2988f; --bad-back: #4a201c70; --off: #a5b1ba; --off-back: #2b353c;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body {
          margin: 0; background: var(--paper); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Roboto, sans-serif;
        }
        a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
        a:focus-visible, button:focus-visible, input:focus-visible, textarea:focus-visible {
          outline: 3px solid var(--accent); outline-offset: 2px;
        }
        h1 { font-size: 1.65rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; font-weight: 650; }
        h2 { font-size: 1.05rem; margin: 0 0 .75rem; font-weight: 650; }
        h3 { font-size: .95rem; margin: 0 0 .35rem; font-weight: 600; }
        p { margin: 0 0 .75rem; }
        code, pre, textarea { font-family: var(--mono); font-size: .86em; }
        code { overflow-wrap: anywhere; }
        pre {
          margin: 0; padding: .9rem 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
          overflow: auto; max-height: 32rem; white-space: pre;
        }
        .skip { position: absolute; left: -9999px; }
        .skip:focus { left: .5rem; top: .5rem; background: var(--card); padding: .4rem .8rem; z-index: 2; }
        .simulation, .stale {
          margin: 0; padding: .35rem 1rem; text-align: center; font-size: .85rem;
          background: var(--busy-back); color: var(--busy); border-bottom: 1px solid var(--line);
        }
        .simulation strong { letter-spacing: .12em; }
        .stale { background: var(--bad-back); color: var(--bad); }
        .bar-top {
          display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1.75rem;
          padding: .8rem max(1rem, calc((100% - 68rem) / 2)); background: var(--card);
          border-bottom: 1px solid var(--line);
        }
        .brand { color: var(--ink); text-decoration: none; font-size: 1.1rem; }
        .brand .host { color: var(--soft); font-size: .9rem; }
        .sections { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; margin: 0; padding: 0; }
        .sections a { color: var(--soft); text-decoration: none; font-size: .95rem; padding: .2rem 0; display: block; }
        .sections a:hover { color: var(--ink); }
        .sections a[aria-current] { color: var(--ink); font-weight: 600; border-bottom: 2px solid var(--accent); }
        .content { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        .trail { margin: 0; font-size: .9rem; color: var(--soft); overflow-wrap: anywhere; }
        .card + .back { margin-top: 1.25rem; }
        .help, .empty { color: var(--soft); font-size: .9rem; }
        .empty { padding: 1.25rem 0; }
        .card {
          background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.25rem;
          min-width: 0;
        }
        .card + .card, .columns, .wide { margin-top: 1.25rem; }
        .columns {
          display: grid;
          gap: 1.25rem;
          grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
        }
        .columns > .card { margin-top: 0; }
        .headline { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem; color: var(--soft); }
        .overview { list-style: none; margin: 0; padding: 0; }
        .overview li {
          background: var(--card); border: 1px solid var(--line); padding: .8rem 1.25rem; margin-top: -1px;
        }
        .overview li:first-child { border-radius: 12px 12px 0 0; }
        .overview li:last-child { border-radius: 0 0 12px 12px; }
        .overview a { font-weight: 600; display: inline-block; min-width: 6rem; }

        .badge {
          display: inline-block; padding: .05rem .6rem; border-radius: 1rem; font-size: .82rem; font-weight: 600;
          background: var(--off-back); color: var(--off); white-space: nowrap;
        }
        .badge.good { background: var(--good-back); color: var(--good); }
        .badge.busy { background: var(--busy-back); color: var(--busy); }
        .badge.bad { background: var(--bad-back); color: var(--bad); }

        .meter { height: .5rem; background: var(--track); border-radius: .25rem; overflow: hidden; margin: .3rem 0; }
        .fill { height: 100%; background: var(--accent); border-radius: .25rem; }
        .fill.dirty { background: var(--busy); }
        .capacity { margin-bottom: 1.25rem; }
        .capacity .meter { height: .8rem; border-radius: .4rem; }
        .capacity p { color: var(--soft); font-size: .92rem; margin: .4rem 0 0; }
        .capacity strong { color: var(--ink); }

        table { border-collapse: collapse; width: 100%; }
        .list { background: var(--card); border: 1px solid var(--line); border-radius: 12px; border-spacing: 0;
          border-collapse: separate; font-variant-numeric: tabular-nums; }
        .list th { text-align: left; font-size: .8rem; font-weight: 600; color: var(--soft);
          padding: .7rem .8rem .4rem; }
        .list td { padding: .55rem .8rem; border-top: 1px solid var(--line); vertical-align: top;
          overflow-wrap: anywhere; }
        .list td:first-child { min-width: 7rem; }
        .list td .meter { height: .25rem; max-width: 8rem; }
        .list code { color: var(--soft); }
        .list .quantity, .list .letters { white-space: nowrap; }
        .card .list { border: 0; border-radius: 0; }
        .card .list th:first-child, .card .list td:first-child { padding-left: 0; }
        .card .list th:last-child, .card .list td:last-child { padding-right: 0; }
        .facts th { text-align: left; font-weight: 400; color: var(--soft); padding: .25rem 1rem .25rem 0;
          vertical-align: top; white-space: nowrap; width: 8.5rem; }
        .facts td { padding: .25rem 0; overflow-wrap: anywhere; }

        .notice {
          background: var(--good-back); color: var(--ink); border: 1px solid var(--line);
          border-left: 4px solid var(--good); border-radius: 8px; padding: .8rem 1rem; margin: 0 0 1.25rem;
          overflow-wrap: anywhere;
        }
        .notice p:last-child, .notice ul { margin-bottom: 0; }
        .notice pre { margin-top: .6rem; }
        .notice.error { background: var(--bad-back); border-left-color: var(--bad); }
        .notice.warning { background: var(--busy-back); border-left-color: var(--busy); }

        .forms {
          display: grid;
          gap: 1.75rem 2rem;
          grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr));
        }
        .operation + .operation { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
        .forms .operation + .operation { margin-top: 0; padding-top: 0; border-top: 0; }
        .operation .help { margin-bottom: .6rem; }
        .facts + .operation, .facts + p, pre + p, pre + .operation { margin-top: 1.1rem; }
        .card > :last-child { margin-bottom: 0; }
        .run { margin: 0 0 1.25rem; }
        .inline { margin: 0; }
        .field { margin: 0 0 .7rem; }
        .field label, legend { display: block; font-size: .88rem; color: var(--soft); padding: 0; }
        .field .help { display: block; }
        fieldset { border: 0; margin: 0 0 .8rem; padding: 0; min-width: 0; }
        fieldset label { display: inline-block; margin-right: .8rem; padding: .2rem 0; }
        input[type=text], input[type=number], textarea, input[type=file] {
          width: 100%; max-width: 100%; padding: .45rem .6rem; color: var(--ink); background: var(--paper);
          border: 1px solid var(--line); border-radius: 8px; font-size: 1rem;
        }
        input[type=text], input[type=number], input[type=file] { font-family: inherit; }
        textarea { font-size: .86rem; line-height: 1.45; resize: vertical; }
        input[type=radio], input[type=checkbox] { accent-color: var(--accent); }
        button {
          font: inherit; font-weight: 600; white-space: nowrap; font-size: .92rem; padding: .45rem 1rem;
            border-radius: 8px; cursor: pointer;
          border: 1px solid var(--line); background: var(--card); color: var(--ink);
        }
        button:hover { border-color: var(--accent); }
        button.good { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
        button.danger { color: var(--bad); }
        button.danger:hover { border-color: var(--bad); }
        .question button.danger { background: var(--bad); border-color: var(--bad); color: var(--card); }
        .question p:last-child { margin: 1rem 0 0; }
        button.small { font-size: .8rem; padding: .15rem .6rem; }
        /* The newest lines are in sight: a box whose bottom comes first is scrolled there. */
        pre.log { display: flex; flex-direction: column-reverse; }

        @media (max-width: 46rem) {
          .list thead { position: absolute; left: -9999px; }
          .list, .list tbody, .list tr, .list td { display: block; width: 100%; }
          .list tr { padding: .6rem .9rem; border-top: 1px solid var(--line); }
          .list tr:first-child { border-top: 0; }
          .list td { border: 0; padding: .15rem 0; display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; }
          .list td::before { content: attr(data-label); flex: 0 0 5.5rem; color: var(--soft); font-size: .85rem; }
          .list td[data-label=""]::before { display: none; }
          .list td code { flex: 1 1 10rem; }
          .list td .meter { flex: 1 1 3rem; min-width: 3rem; }
          .card .list tr { padding-left: 0; padding-right: 0; }
          .compact tr { display: grid; grid-template-columns: 1fr 1fr; column-gap: 1rem; }
          .compact td:first-child { grid-column: 1 / -1; }
          .compact td:first-child::before { display: none; }
          .compact td::before { flex-basis: 4rem; }
          .compact td code { flex: 1 0 100%; margin: -.35rem 0 0 4.75rem; }
          pre.log { white-space: pre-wrap; overflow-wrap: anywhere; }
          .card { padding: 1rem; }
        }
        @media (prefers-reduced-motion: no-preference) { .fill { transition: width .4s; } }
        @media print { .bar-top, form, .stale { display: none; } }

        """
}
