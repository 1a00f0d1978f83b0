/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What pages gain where scripts run: announcements, focus after swaps, short messages, counters, dialogs, copy, print.
   Every page works without it. Words come from the page (data-* attributes), never from here.

   Server events (HX-Trigger header): announce: "text" · moveFocus: "id of an element".
   data-focus        takes the focus when it arrives (error summaries)
   data-announce     its text is read out when it arrives by a swap (headings of results)
   data-toast        a short message; goes after ten seconds unless somebody points at it, or when the next comes;
                     ="err" (role=alert) stays until its data-close button is pressed
   data-counter="id" characters typed; the words come from data-one and data-many of that element
   data-copy="#id"   copies that element's text and shows data-done · data-print prints · both start hidden
   data-find="url"   a form whose code is looked up in the lists published there, by this browser, instead of being sent;
                     the answers are the templates trovato, bianca, non-trovato, their place is #esito
   data-nonce        a hidden field filled with sixteen random bytes, drawn by this browser and not by the server
   data-dialog="id"  opens that dialog instead of following the link or submitting; data-echo="#field" repeats its words
   data-session="s"  the dialog about the end of the session: after so many seconds the server is asked how much is left, two
                     minutes before the end it opens; its first form stays signed in (data-when: which words are shown)
   data-autosave     a form saved while typing: warns before leaving with unsaved text; [data-save-status] says how it stands
                     (data-offline: its words without network); after a failure it is tried again (event "autosave") */
(function () {
  "use strict";
  var TOAST_MS = 10000, SPEAK_EVERY_MS = 60000, RETRY_MS = 4000, RETRY_MAX_MS = 60000, WARN_S = 120;
  var byId = function (id) { return document.getElementById(id); };
  var each = function (root, selector, act) {
    if (root.matches && root.matches(selector)) act(root);
    if (root.querySelectorAll) root.querySelectorAll(selector).forEach(act);
  };

  function announce(text) {
    var region = byId("annunci");
    region.textContent = "";
    setTimeout(function () { region.textContent = text; }, 50);
  }
  function focusOn(element) {
    if (!element) return;
    if (element.tabIndex < 0 && !element.hasAttribute("tabindex")) element.setAttribute("tabindex", "-1");
    element.focus();
  }

  /* Short messages: a new one takes the place of what was offered before, whose undo would no longer fit */
  function toast(element) {
    var timer, text = element.querySelector("span");
    if (element.dataset.toast === "err") return;  // nothing changed: what was offered before still holds
    each(document, "[data-toast]:not([data-toast=err])", function (older) {
      if (older === element) return;
      if (older.contains(document.activeElement)) focusOn(element.querySelector("button"));
      older.remove();
    });
    announce(text ? text.textContent : "");
    function start() { timer = setTimeout(function () { element.remove(); }, TOAST_MS); }
    function stop() { clearTimeout(timer); }
    ["mouseenter", "focusin"].forEach(function (on) { element.addEventListener(on, stop); });
    ["mouseleave", "focusout"].forEach(function (on) { element.addEventListener(on, start); });
    start();
  }
  function failed(template) {
    var copy = byId(template).content.firstElementChild.cloneNode(true);
    byId("toasts").append(copy);
    toast(copy);
  }

  /* Counters */
  function count(field) {
    var below = byId(field.dataset.counter), place = below && below.querySelector("[data-many]");
    if (!place) return;
    var used = Array.from(field.value).length;
    place.textContent = (used === 1 ? place.dataset.one : place.dataset.many).replace("%n", used);
  }

  /* Copying, also where the clipboard is closed to plain http */
  function copy(button) {
    var source = document.querySelector(button.dataset.copy);
    function done() { if (button.dataset.done) announce(button.dataset.done); }
    function byHand() {
      var range = document.createRange(), chosen = getSelection();
      range.selectNodeContents(source);
      chosen.removeAllRanges();
      chosen.addRange(range);
      if (document.execCommand("copy")) done();
    }
    if (navigator.clipboard) navigator.clipboard.writeText(source.textContent.trim()).then(done, byHand);
    else byHand();
  }

  /* Forms saved while typing */
  var unsaved = new Set(), lastSpoken = 0;
  function watch(form) {
    form.dataset.wait = RETRY_MS;
    form.addEventListener("input", function () { unsaved.add(form); });
    form.addEventListener("submit", function () { unsaved.delete(form); });
  }
  function saved(form) {
    unsaved.delete(form);
    form.dataset.wait = RETRY_MS;
    var status = document.querySelector("[data-save-status]");
    if (status && Date.now() - lastSpoken > SPEAK_EVERY_MS) {
      lastSpoken = Date.now();
      announce(status.textContent.trim());
    }
  }
  function notSaved(form) {
    var status = document.querySelector("[data-save-status]"), wait = Number(form.dataset.wait);
    if (status && status.dataset.offline) status.textContent = status.dataset.offline;
    unsaved.add(form);
    form.dataset.wait = Math.min(wait * 2, RETRY_MAX_MS);
    setTimeout(function () { form.dispatchEvent(new Event("autosave")); }, wait);
  }
  addEventListener("beforeunload", function (event) {
    unsaved.forEach(function (form) { if (!form.isConnected) unsaved.delete(form); });
    if (unsaved.size) event.preventDefault();
  });

  /* The voter's own part of a receipt's codes. A page that comes back from the browser's memory draws a new one. */
  function draw(field) {
    field.value = Array.from(crypto.getRandomValues(new Uint8Array(16)), function (byte) {
      return byte.toString(16).padStart(2, "0");
    }).join("");
  }
  addEventListener("pageshow", function (event) { if (event.persisted) each(document.body, "[data-nonce]", draw); });

  /* A code of a receipt, looked up in the published lists; where that fails the form is sent after all */
  function find(form) {
    var code = form.elements.code.value.toUpperCase().replace(/[\s-]/g, "");
    function show(lists) {
      var row = lists.options.concat({ title: "", codes: lists.abstain }).find(function (option) {
        return option.codes && option.codes.indexOf(code) !== -1;
      });
      var answer = byId(!row ? "non-trovato" : row.title ? "trovato" : "bianca").content.cloneNode(true);
      each(answer, "[data-title]", function (place) { place.textContent = row.title; });
      each(answer, "[data-code]", function (place) { place.textContent = code.match(/.{4}/g).join("-"); });
      byId("esito").replaceChildren(answer);
      announce(byId("esito").textContent.replace(/\s+/g, " ").trim());
    }
    fetch(form.dataset.find).then(function (response) {
      if (!response.ok) throw response;
      return response.json();
    }).then(show).catch(function () { form.submit(); });
  }

  /* The end of the session: asked of the server before it is said, since other windows prolong it too */
  function session(dialog) {
    var stay = dialog.querySelector("form"), timer;
    function show(which) {
      each(dialog, "[data-when]", function (part) { part.hidden = part.dataset.when !== which; });
      dialog.setAttribute("aria-labelledby", dialog.querySelector("[data-when=" + which + "] h2").id);
      if (!dialog.open) dialog.showModal();
      var first = dialog.querySelector("[data-when=" + which + "] .btn-primary");
      if (which === "over") first.search = "?next=" + encodeURIComponent(location.pathname + location.search);
      first.focus();
    }
    function again(seconds) {
      clearTimeout(timer);
      timer = setTimeout(function () { ask(); }, Math.max(1, seconds) * 1000);
    }
    function ask(body) {
      fetch(stay.action, { method: body ? "POST" : "GET", body: body, headers: { Accept: "application/json" } })
        .then(function (answer) {
          if (answer.status === 401) return show("over");
          if (!answer.ok) throw answer;
          return answer.json().then(function (left) {
            if (left.seconds > WARN_S + 5 || body) {
              if (dialog.open) dialog.close();
              return again(left.seconds - WARN_S);
            }
            show(left.can_go_on ? "warn" : "last");
            again(left.seconds + 2);
          });
        })
        .catch(function () { again(RETRY_MS / 1000); });
    }
    stay.addEventListener("submit", function (event) {
      event.preventDefault();
      ask(new FormData(stay));
    });
    document.addEventListener("visibilitychange", function () { if (!document.hidden && Date.now() > due) ask(); });
    var due = Date.now() + dialog.dataset.session * 1000;
    again(dialog.dataset.session);
  }

  /* What a page, or a part of it that just arrived, needs */
  function prepare(root, arrived) {
    each(root, "[data-copy],[data-print]", function (button) { button.hidden = false; });
    each(root, "[data-counter]", count);
    each(root, "[data-nonce]", draw);
    each(root, "[data-toast]", toast);
    each(root, "form[data-autosave]", watch);
    each(root, "[data-session]", session);
    each(root, "[data-focus]", focusOn);
    each(root, ".in-tabs [aria-current]", function (tab) {  // on a narrow screen the row of tabs scrolls
      tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 16;
    });
    if (arrived) each(root, "[data-announce]", function (element) { announce(element.textContent.trim()); });
  }
  document.addEventListener("submit", function (event) {
    if (!event.target.dataset.find) return;
    event.preventDefault();
    find(event.target);
  });
  document.addEventListener("input", function (event) {
    if (event.target.dataset.counter) count(event.target);
  });
  document.addEventListener("click", function (event) {
    var on = function (selector) { return event.target.closest(selector); }, button;
    if ((button = on("[data-copy]"))) copy(button);
    else if (on("[data-print]")) print();
    else if (on("[data-toast] [data-close]")) on("[data-toast]").remove();
    else if ((button = on("[data-dialog]")) && byId(button.dataset.dialog)) {
      event.preventDefault();
      each(byId(button.dataset.dialog), "[data-echo]", function (place) {
        place.textContent = document.querySelector(place.dataset.echo).value.trim();
      });
      byId(button.dataset.dialog).showModal();
    }
  });

  /* htmx: an answer that names its target is meant to be shown, whatever its status */
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (!event.detail.xhr.getResponseHeader("HX-Retarget")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  document.addEventListener("htmx:load", function (event) { prepare(event.detail.elt, event.detail.elt !== document.body); });
  document.addEventListener("announce", function (event) { announce(event.detail.value); });
  document.addEventListener("moveFocus", function (event) { focusOn(byId(event.detail.value)); });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target.closest("form[data-autosave]"), status = event.detail.xhr.status;
    if (form && status >= 200 && status < 400 && event.detail.requestConfig.verb === "post") saved(form);
  });
  ["htmx:sendError", "htmx:responseError"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var form = event.target.closest("form[data-autosave]");
      if (form && name === "htmx:sendError") notSaved(form);
      else failed(name === "htmx:sendError" ? "senza-rete" : "errore");
    });
  });
  if (!window.htmx) document.addEventListener("DOMContentLoaded", function () { prepare(document.body, false); });
})();
