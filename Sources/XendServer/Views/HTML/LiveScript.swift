/// The one script. Pages work without it; with it, those that say `data-live` renew themselves when something happens: what has changed
/// is changed and nothing else, so that focus, selection and what somebody has typed stay where they are. It says since when a page
/// is stale if the daemon cannot be reached, and tells those who are read to when the state in the title has changed.
enum LiveScript {
    static let text = """
        "use strict";
        (function () {
          var content = document.querySelector("[data-live]");
          var polls = content && content.getAttribute("data-live") === "poll";
          if (!content || !window.EventSource || !window.fetch || !window.DOMParser) { return; }
          var timer = null;
          var stale = null;
          var source = null;
          var said = document.getElementById("said");

          function isTouched(node) {
            if (!/^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName)) { return false; }
            if (node.type === "hidden") { return false; }
            if (node === document.activeElement && !/^(checkbox|radio)$/.test(node.type)) { return true; }
            return node.type === "file" ? node.files.length > 0
              : node.type === "radio" || node.type === "checkbox" ? node.checked !== node.defaultChecked
              : node.value !== node.defaultValue;
          }

          function patchAttributes(old, fresh) {
            Array.from(fresh.attributes).forEach(function (item) {
              if (old.getAttribute(item.name) !== item.value) { old.setAttribute(item.name, item.value); }
            });
            Array.from(old.attributes).forEach(function (item) {
              if (item.name === "open" && old.tagName === "DETAILS") { return; }
              if (!fresh.hasAttribute(item.name)) { old.removeAttribute(item.name); }
            });
          }

          function patch(old, fresh) {
            if (old.nodeType !== 1) {
              if (old.nodeValue !== fresh.nodeValue) { old.nodeValue = fresh.nodeValue; }
              return;
            }
            /* What another script looks after is its own. */
            if (isTouched(old) || old.hasAttribute("data-own")) { return; }
            patchAttributes(old, fresh);
            patchChildren(old, fresh);
          }

          function keyOf(node) { return node.nodeType === 1 ? node.getAttribute("data-key") || node.id || "" : ""; }

          function isAlike(old, fresh) {
            return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && keyOf(old) === keyOf(fresh);
          }

          function patchChildren(old, fresh) {
            var known = {};
            var wanted = {};
            Array.from(old.childNodes).forEach(function (child) { if (keyOf(child)) { known[keyOf(child)] = child; } });
            var rest = Array.from(fresh.childNodes);
            rest.forEach(function (child) { if (keyOf(child)) { wanted[keyOf(child)] = true; } });
            var place = old.firstChild;

            function drop() {
              var gone = place;
              place = place.nextSibling;
              if (!keeps(gone)) { old.removeChild(gone); }
            }

            /* Whether what follows the place is what comes, and what stands there is gone. */
            function isFurtherOn(child) {
              var later = place.nextSibling;
              for (var steps = 0; later && steps < 4; steps += 1) {
                if (isAlike(later, child)) { return true; }
                later = later.nextSibling;
              }
              return false;
            }

            rest.forEach(function (child, index) {
              while (place && keyOf(place) && !wanted[keyOf(place)]) { drop(); }
              var key = keyOf(child);
              var same = key ? known[key] : null;
              if (same && same.nodeName === child.nodeName) {
                if (same === place) { place = place.nextSibling; } else { old.insertBefore(same, place); }
                return patch(same, child);
              }
              var left = 0;
              for (var node = place; node; node = node.nextSibling) { left += 1; }
              while (place && !isAlike(place, child) && left > rest.length - index && isFurtherOn(child)) {
                drop();
                left -= 1;
              }
              if (place && isAlike(place, child)) {
                same = place;
                place = place.nextSibling;
                return patch(same, child);
              }
              old.insertBefore(document.importNode(child, true), place);
            });
            while (place) { drop(); }
          }

          /* What was told once stays until the reader leaves. */
          function keeps(node) { return node.id === "notice" && !node.classList.contains("pending"); }

          function address() { return location.pathname + location.search; }

          function forget() {
            var notice = document.getElementById("notice");
            if (!notice || notice.classList.contains("pending") || !/[?&]done=/.test(location.search)) { return; }
            var rest = location.search.replace(/([?&])done=[^&]*&?/, "$1").replace(/[?&]$/, "");
            history.replaceState(null, "", location.pathname + rest + location.hash);
          }

          function renew() {
            timer = null;
            if (document.hidden) { return; }
            fetch(address(), { headers: { Accept: "text/html" }, credentials: "same-origin" })
              .then(function (answer) { return answer.text(); })
              .then(function (text) {
                var fresh = new DOMParser().parseFromString(text, "text/html");
                if (!fresh.getElementById("content")) { return; }
                ["tasks", "content"].forEach(function (id) {
                  var part = fresh.getElementById(id);
                  if (part) { patch(document.getElementById(id), part); }
                });
                if (document.title !== fresh.title) {
                  document.title = fresh.title;
                  said.textContent = fresh.title.split(" \\u00b7 ")[0];
                }
                forget();
                if (polls) { showStale(""); }
              })
              .catch(function () {
                if (polls) { showStale("Not connected: this page is stale since " + (new Date).toLocaleTimeString() + "."); }
              });
          }

          function later(delay) { if (!timer) { timer = setTimeout(renew, delay); } }

          function showStale(text) {
            if (!text) { if (stale) { stale.remove(); stale = null; } return; }
            if (stale) { return; }
            stale = document.createElement("p");
            stale.className = "stale";
            stale.setAttribute("role", "status");
            stale.textContent = text;
            document.body.insertBefore(stale, document.body.firstChild);
          }

          /* A browser has few connections to one server: pages that nobody sees have none. */
          function listen() {
            if (source || document.hidden || polls) { return; }
            source = new EventSource("/xend/event?pattern=*");
            source.onopen = function () { if (stale) { later(0); } showStale(""); };
            source.onmessage = function () { later(300); };
            source.onerror = function () {
              showStale("Not connected: this page is stale since " + (new Date).toLocaleTimeString() + ".");
            };
          }

          function rest() { if (source) { source.close(); source = null; } }

          document.addEventListener("visibilitychange", function () {
            if (document.hidden) { return rest(); }
            listen();
            later(0);
          });
          window.addEventListener("pagehide", rest);
          window.addEventListener("pageshow", function (event) { if (event.persisted) { listen(); later(0); } });
          setInterval(function () {
            if (polls || document.querySelector("#tasks li, .busy, .pending")) { later(0); }
          }, polls ? 1000 : 2000);
          setInterval(function () { later(0); }, 10000);
          forget();
          listen();
        })();

        """
}
