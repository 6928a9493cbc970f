// The table twin of the graph: the same events and actors, sortable, a page at a time, by keyboard and screen reader alike.
"use strict";

kg.table = (function () {
  const PAGE = 100;
  let what = "events";
  let sort = { column: "date", down: false };
  let page = 0;

  const text = (a, b) => a.localeCompare(b, kg.lang);
  const columns = {
    events: [
      ["date", (event) => kg.day(event.start, event.end), (a, b) => kg.byDay(a, b), "number"],
      ["who", (event) => kg.sides(event), (a, b) => text(kg.sides(a), kg.sides(b))],
      ["kind", (event) => kg.capital(kg.term(event.kind)), (a, b) => text(kg.term(a.kind), kg.term(b.kind))],
      ["status", (event) => kg.chip(event.status), (a, b) => kg.data.statuses.indexOf(a.status) - kg.data.statuses.indexOf(b.status)],
      ["place", (event) => event.place, (a, b) => text(a.place, b.place)],
      ["sources", (event) => event.sources.map((source) => kg.data.sources[source]).join(", "), (a, b) => a.sources.length - b.sources.length],
    ],
    actors: [
      ["name", (actor) => actor.name, (a, b) => text(a.name, b.name)],
      ["kind", (actor) => [kg.shape(actor.kind), "\u00a0", kg.capital(kg.term(actor.kind))], (a, b) => text(kg.term(a.kind), kg.term(b.kind))],
      ["country", (actor) => (actor.country ? `${kg.flag(actor.country)}\u00a0${kg.country(actor.country)}` : ""), (a, b) => text(a.country, b.country)],
      ["offices", (actor) => actor.offices.join("; "), (a, b) => text(a.offices.join(), b.offices.join())],
      ["count", (actor) => kg.number(shown(actor).length), (a, b) => shown(a).length - shown(b).length, "number"],
      ["first", (actor) => kg.day(span(actor)[0]), (a, b) => text(span(a)[0] || "9", span(b)[0] || "9"), "number"],
      ["last", (actor) => kg.day(span(actor)[1]), (a, b) => text(span(a)[1] || "", span(b)[1] || ""), "number"],
    ],
  };
  const shown = (actor) => actor.events.filter((event) => kg.view.visible[event.index]);
  function span(actor) {
    const days = shown(actor).filter((event) => event.start).map((event) => event.start).sort();
    return [days[0], days.at(-1)];
  }

  function start() {
    for (const button of document.querySelectorAll("[data-table]")) {
      button.addEventListener("click", () => {
        what = button.dataset.table;
        sort = what === "events" ? { column: "date", down: false } : { column: "count", down: true };
        page = 0;
        for (const other of document.querySelectorAll("[data-table]")) other.setAttribute("aria-pressed", String(other === button));
        show(kg.view);
      });
    }
    kg.byId("previous").addEventListener("click", () => turn(-1));
    kg.byId("next").addEventListener("click", () => turn(1));
  }
  function turn(by) { page += by; show(kg.view); kg.byId("table").scrollTop = 0; }

  function rows(view) {
    if (what === "events") return [...view.events];
    const idle = !kg.state.lens && kg.state.speaker < 0 && kg.state.source < 0;
    return kg.actors.filter((actor) => view.actors.has(actor.index) || (idle && !actor.events.length && !kg.state.kindsOff.has(actor.kind)));
  }

  function show(view) {
    if (kg.page.view !== "table") return;
    const list = columns[what];
    const order = list.find(([name]) => name === sort.column)[2];
    const all = rows(view).sort((a, b) => (sort.down ? order(b, a) : order(a, b)) || a.index - b.index);
    page = Math.max(0, Math.min(page, Math.ceil(all.length / PAGE) - 1));
    const part = all.slice(page * PAGE, (page + 1) * PAGE);
    const focus = document.activeElement?.dataset?.sort;
    kg.put(kg.byId("rows"),
      kg.h("caption.only-heard", {}, `${kg.t(what === "events" ? "events" : "actors")}. ${kg.t("sorted_by", { column: kg.t(sort.column) })}`),
      kg.h("thead", {}, kg.h("tr", {}, list.map(([name]) => head(name)))),
      kg.h("tbody", {}, part.map((thing) => row(thing, list))));
    if (focus) kg.byId("rows").querySelector(`[data-sort="${focus}"]`)?.focus();
    kg.byId("span").textContent = all.length ? kg.t("page_of", { from: kg.number(page * PAGE + 1), to: kg.number(page * PAGE + part.length), all: kg.number(all.length) }) : kg.t("no_match");
    kg.byId("previous").disabled = page === 0;
    kg.byId("next").disabled = (page + 1) * PAGE >= all.length;
  }
  function head(name) {
    const sorted = sort.column === name ? (sort.down ? "descending" : "ascending") : "none";
    return kg.h("th", { scope: "col", "aria-sort": sorted }, kg.h("button", { type: "button", "data-sort": name, onclick: () => { sort = { column: name, down: sort.column === name && !sort.down }; page = 0; show(kg.view); kg.say(kg.t("sorted_by", { column: kg.t(name) })); } }, kg.t(name)));
  }
  function row(thing, list) {
    const to = what === "events" ? { event: thing.id } : { actor: thing.id };
    const opener = what === "events" ? "who" : "name";
    const current = thing.id === (what === "events" ? kg.page.at.event : kg.page.at.actor);
    return kg.h("tr", { "aria-current": current ? "true" : null }, list.map(([name, cell, , style]) => {
      const content = cell(thing);
      return kg.h(style ? `td.${style}` : "td", {}, name === opener ? kg.h("button.inline-link", { type: "button", onclick: () => kg.go(to) }, content) : content);
    }));
  }

  return { start, show };
})();
