/// The one script. Pages work without it; with it, those that say `data-live` renew themselves when something happens,
/// unless somebody is filling in a form, and say since when they are stale if the daemon cannot be reached.
enum LiveScript {
    static let text = """
        "use strict";
        (function () {
          var content = document.querySelector("[data-live]");
          if (!content || !window.EventSource || !window.fetch) { return; }
          var timer = null;
          var stale = null;

          function isBusy() {
            var active = document.activeElement;
            if (active && content.contains(active) && /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName)) { return true; }
            return Array.prototype.some.call(content.querySelectorAll("input, textarea"), function (field) {
              return field.type === "file" ? field.files.length > 0
                : field.type === "radio" || field.type === "checkbox" ? field.checked !== field.defaultChecked
                : field.value !== field.defaultValue;
            });
          }

          function renew() {
            timer = null;
            if (document.hidden || isBusy()) { return later(3000); }
            fetch(location.pathname, { headers: { Accept: "text/html" }, credentials: "same-origin" })
              .then(function (answer) { return answer.text(); })
              .then(function (text) {
                var fresh = new DOMParser().parseFromString(text, "text/html").querySelector("#content");
                if (!fresh || isBusy()) { return; }
                var notice = content.querySelector(".notice:not(.warning)");
                if (notice && content.dataset.noticed) { notice = null; }
                content.dataset.noticed = "yes";
                content.replaceChildren.apply(content, Array.from(fresh.childNodes));
                if (notice) { content.insertBefore(notice, content.querySelector("h1").nextSibling); }
              })
              .catch(function () {});
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

          var source = new EventSource("/xend/event?pattern=*");
          source.onopen = function () { if (stale) { later(0); } showStale(""); };
          source.onmessage = function () { later(300); };
          source.onerror = function () {
            showStale("Not connected: this page is stale since " + (new Date).toLocaleTimeString() + ".");
          };
          window.addEventListener("beforeunload", function () { source.close(); });
          if (location.pathname.indexOf("/xend/task") === 0 || content.querySelector(".busy")) {
            setInterval(function () { later(0); }, 2000);
          }
        })();

        """
}
