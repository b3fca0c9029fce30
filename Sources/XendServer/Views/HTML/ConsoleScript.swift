/// The script of a console's page: what the domain prints comes by a WebSocket, and what is typed goes there. It shows plain text: what
/// moves the cursor within a line is done, colours are left away. Without it the page has a line to type and a link to renew.
enum ConsoleScript {
    static let text = """
        "use strict";
        (function () {
          var terminal = document.getElementById("terminal");
          var path = terminal && terminal.getAttribute("data-socket");
          if (!path || !window.WebSocket || !window.TextDecoder) { return; }
          var screen = document.getElementById("screen");
          var printed = document.getElementById("printed");
          var standing = document.getElementById("standing");
          var typing = document.getElementById("typing");
          var line = document.getElementById("text");
          var key = document.getElementById("key");
          var limit = 2000;
          var ends = { enter: "\\r", none: "", interrupt: "\\u0003", end: "\\u0004", escape: "\\u001b", tab: "\\t" };
          var arrows = { ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D", Home: "H", End: "F" };
          var socket = null;
          var isWriter = false;
          var lost = null;
          var tries = 0;
          var timer = null;
          var asked = null;
          var decoder = null;
          var lines = [[]];
          var place = 0;
          var rest = "";
          var xterm = null;

          terminal.setAttribute("data-own", "");
          document.getElementById("by-hand").hidden = true;
          screen.setAttribute("aria-label",
            "What the domain prints. Keys go to the domain while this has the focus; Shift and Tab leave it.");
          var take = document.createElement("button");
          take.type = "button";
          take.className = "plain";
          take.hidden = true;
          typing.insertBefore(take, typing.firstChild);

          /* What is printed, line by line. */
          function put(text) {
            if (xterm) { return xterm.write(text); }
            var input = rest + text;
            rest = "";
            var index = 0;
            while (index < input.length) {
              var letter = input[index];
              var current = lines[lines.length - 1];
              if (letter === "\\n") {
                lines.push([]);
                place = 0;
              } else if (letter === "\\r") {
                place = 0;
              } else if (letter === "\\b") {
                place = Math.max(0, place - 1);
              } else if (letter === "\\u001b") {
                var found = /^\\u001b(\\[[0-9;?]*[@-~]|\\][^\\u0007]{0,1000}\\u0007|[^\\[\\]])/.exec(input.slice(index, index + 1100));
                if (!found) {
                  if (input.length - index < 1000) { rest = input.slice(index); return; }
                } else {
                  if (/K$/.test(found[0])) { current.length = Math.min(current.length, place); }
                  if (/^\\u001b\\[[23]J$/.test(found[0])) { lines = [[]]; place = 0; }
                  index += found[0].length;
                  continue;
                }
              } else if (letter === "\\t" || letter >= " " && letter !== "\\u007f") {
                current[place] = letter;
                place += 1;
              }
              index += 1;
            }
          }

          function show() {
            if (xterm) { return; }
            if (lines.length > limit) { lines = lines.slice(lines.length - limit); }
            var isAtEnd = screen.scrollTop > -40;
            printed.textContent = lines.map(function (each) {
              return Array.from(each, function (letter) { return letter || " "; }).join("");
            }).join("\\n");
            if (isAtEnd) { screen.scrollTop = 0; }
          }

          function clear() {
            if (xterm) { xterm.reset(); }
            lines = [[]]; place = 0; rest = "";
            decoder = new TextDecoder("utf-8");
          }

          function say(text) { if (standing.textContent !== text) { standing.textContent = text; } }

          function time(moment) { return moment.toLocaleTimeString(); }

          function stand(news) {
            isWriter = news.writer;
            var others = news.viewers - 1;
            say((news.joined ? "" : "The domain is not there now. ")
              + (isWriter ? "You write here" : news.who ? news.who + " writes here, you look on" : "Nobody writes here")
              + (others > 0 ? "; " + others + (others === 1 ? " other is" : " others are") + " connected." : ".")
              + (lost && lost.until ? " The connection was lost from " + time(lost.since) + " to " + time(lost.until) + "." : ""));
            take.hidden = false;
            asked = null;
            take.textContent = isWriter ? "Look on only" : news.who ? "Take over from " + news.who : "Write here";
            terminal.classList.toggle("writes", isWriter);
            var over = document.getElementById("over-others");
            if (over) { over.hidden = true; }
          }

          function send(text) {
            if (!socket || socket.readyState !== 1) { return false; }
            if (!isWriter) { take.focus(); return false; }
            var bytes = new TextEncoder().encode(text);
            for (var start = 0; start < bytes.length; start += 4096) { socket.send(bytes.slice(start, start + 4096)); }
            return true;
          }

          function connect() {
            timer = null;
            socket = new WebSocket((location.protocol === "https:" ? "wss://" : "ws://") + location.host + path);
            socket.binaryType = "arraybuffer";
            socket.onopen = function () {
              tries = 0;
              if (lost && !lost.until) { lost.until = new Date(); }
              clear();
              terminal.classList.add("connected");
            };
            socket.onmessage = function (event) {
              if (typeof event.data === "string") { return stand(JSON.parse(event.data)); }
              put(decoder.decode(event.data, { stream: true }));
              show();
            };
            socket.onclose = function (event) {
              isWriter = false;
              take.hidden = true;
              terminal.classList.remove("connected", "writes");
              if (!lost || lost.until) { lost = { since: new Date() }; }
              tries += 1;
              say("Not connected since " + time(lost.since) + (event.reason ? ": " + event.reason : "") + ". Trying again.");
              if (!timer) { timer = setTimeout(connect, Math.min(10000, 500 * tries)); }
            };
          }

          /* Asked, since somebody else loses the console by it. */
          take.addEventListener("click", function () {
            if (!socket || socket.readyState !== 1) { return; }
            if (!isWriter && /^Take over/.test(take.textContent) && !asked) {
              asked = take.textContent;
              take.textContent = "Yes, t" + asked.slice(1);
              return;
            }
            socket.send(isWriter ? "give" : "take");
            screen.focus();
          });

          typing.addEventListener("submit", function (event) {
            if (!socket || socket.readyState !== 1) { return; }
            event.preventDefault();
            if (send(line.value + ends[key.value])) { line.value = ""; }
          });

          screen.addEventListener("keydown", function (event) {
            if (event.metaKey || event.altKey || event.isComposing) { return; }
            var text = null;
            if (event.key === "Tab") {
              if (event.shiftKey) { return; }
              text = "\\t";
            } else if (event.ctrlKey) {
              if (/^[a-z\\[\\]\\\\]$/i.test(event.key) && !/^[v]$/i.test(event.key)
                && !(/^c$/i.test(event.key) && String(getSelection()))) {
                text = String.fromCharCode(event.key.toUpperCase().charCodeAt(0) & 31);
              }
            } else if (event.key === "Enter") {
              text = "\\r";
            } else if (event.key === "Backspace") {
              text = "\\u007f";
            } else if (event.key === "Escape") {
              text = "\\u001b";
            } else if (event.key === "Delete") {
              text = "\\u001b[3~";
            } else if (arrows[event.key]) {
              text = "\\u001b[" + arrows[event.key];
            } else if (event.key.length === 1) {
              text = event.key;
            }
            if (text !== null && isWriter && send(text)) { event.preventDefault(); }
          });

          screen.addEventListener("paste", function (event) {
            var text = (event.clipboardData.getData("text") || "").replace(/\\r?\\n/g, "\\r").slice(0, 30000);
            if (text && send(text)) { event.preventDefault(); }
          });

          /* A real terminal, where one is installed: it draws on a canvas, and what is read aloud stands beside it. */
          function open(module) {
            var place = document.createElement("div");
            place.className = "canvas";
            terminal.insertBefore(place, screen);
            screen.hidden = true;
            xterm = new module.Terminal({ scrollback: limit, screenReaderMode: true, fontSize: 14, rendererType: "canvas",
              theme: { background: "#10161b", foreground: "#dfe7ec" } });
            xterm.open(place);
            /* The domain is told of no size; what is wider than the window is wrapped. */
            var width = place.querySelector(".xterm-screen").offsetWidth / xterm.cols;
            function fit() {
              var fitting = Math.floor((place.clientWidth - 24) / (width || 9));
              xterm.resize(Math.max(20, Math.min(132, fitting)), 24);
            }
            fit();
            window.addEventListener("resize", fit);
            var spoken = place.querySelector(".xterm-accessibility-tree");
            if (spoken) { spoken.setAttribute("role", "list"); spoken.setAttribute("aria-label", "What the domain prints"); }
            /* Its box sends the focus back into it: then there was no way out. */
            place.querySelector(".xterm").setAttribute("tabindex", "-1");
            xterm.attachCustomKeyEventHandler(function (event) { return !(event.key === "Tab" && event.shiftKey); });
            xterm.on("data", function (text) { send(text); });
            screen = { focus: function () { xterm.focus(); } };
          }

          window.addEventListener("pagehide", function () { if (socket) { socket.onclose = null; socket.close(); } });
          window.addEventListener("pageshow", function (event) { if (event.persisted) { connect(); } });
          var source = terminal.getAttribute("data-script");
          if (!source) { return connect(); }
          var style = document.createElement("link");
          style.rel = "stylesheet";
          style.href = terminal.getAttribute("data-style");
          document.head.appendChild(style);
          var script = document.createElement("script");
          script.src = source;
          script.onload = function () {
            try { open(window.XtermModule); } catch (problem) { xterm = null; document.getElementById("screen").hidden = false; }
            connect();
          };
          script.onerror = connect;
          document.head.appendChild(script);
        })();

        """
}
