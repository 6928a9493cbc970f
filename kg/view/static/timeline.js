// Events along time, a row an event or an actor. A date that no longer holds is hollow and joined to the one after it.
"use strict";

kg.timeline = (function () {
  let by = "event";
  let rows = [];
  let width = 600;
  let scale = () => 0;

  const height = () => (kg.narrow() ? 68 : 40);
  const laneHeight = () => (kg.narrow() ? 30 : 40);

  function start() {
    kg.byId("timeline").addEventListener("scroll", paint);
    for (const button of document.querySelectorAll("[data-rows]")) {
      button.addEventListener("click", () => {
        by = button.dataset.rows;
        for (const other of document.querySelectorAll("[data-rows]")) other.setAttribute("aria-pressed", String(other === button));
        show(kg.view);
      });
    }
    new ResizeObserver(() => kg.page.view === "timeline" && show(kg.view)).observe(kg.byId("timeline"));
  }

  function show(view) {
    if (kg.page.view !== "timeline") return;
    if (by === "event") {
      rows = [...view.events].sort(kg.byDay).map((event) => ({ event, events: [event] }));
    } else {
      rows = [...view.actors].map((who) => ({ actor: kg.actors[who], events: kg.actors[who].events.filter((event) => view.visible[event.index]) }));
      rows.sort((a, b) => b.events.length - a.events.length || a.actor.index - b.actor.index);
    }
    const axis = kg.byId("axis");
    width = Math.max(120, axis.getBoundingClientRect().width - 24);
    const from = kg.state.from ?? 0;
    const to = Math.max(kg.state.to ?? 0, from + 1);
    const margin = Math.max(1, (to - from) * 0.03);
    scale = (day) => ((day - from + margin) / (to - from + 2 * margin)) * width;
    drawAxis(axis, from, to);
    kg.byId("lanes").style.height = `${rows.length * height()}px`;
    paint();
  }

  function ticks(from, to) {
    const wanted = Math.max(2, Math.floor(width / 90));
    const span = to - from;
    const list = [];
    if (span / wanted < 20) {
      const step = Math.max(1, Math.ceil(span / wanted));
      for (let day = from; day <= to; day += step) list.push([day, kg.tick(day, { day: "numeric", month: "short" })]);
      return list;
    }
    const months = [1, 2, 3, 6, 12, 24, 60, 120].find((count) => span / 30.4 / count <= wanted) || 240;
    const first = new Date(from * 864e5);
    let month = Math.ceil((first.getUTCFullYear() * 12 + first.getUTCMonth()) / months) * months;
    for (; ; month += months) {
      const day = Date.UTC(Math.floor(month / 12), month % 12, 1) / 864e5;
      if (day > to) return list;
      if (day >= from) list.push([day, kg.tick(day, months % 12 ? { month: "short", year: "numeric" } : { year: "numeric" })]);
    }
  }
  function drawAxis(axis, from, to) {
    kg.marks = kg.firstDay === null ? [] : ticks(from, to);
    kg.put(axis, kg.marks.map(([day, text]) => kg.s("g", {}, kg.s("line", { x1: scale(day), x2: scale(day), y1: 24, y2: 30 }), kg.s("text", { x: scale(day), y: 18, "text-anchor": "middle" }, text))));
  }

  /** Only the rows in sight exist, so ten thousand scroll as lightly as ten. */
  function paint() {
    if (kg.page.view !== "timeline") return;
    const box = kg.byId("timeline");
    const all = matchMedia("print").matches;
    const first = all ? 0 : Math.max(0, Math.floor((box.scrollTop - 60) / height()) - 8);
    const last = all ? Math.min(rows.length, 1000) : Math.min(rows.length, first + Math.ceil(box.clientHeight / height()) + 16);
    const focused = document.activeElement?.dataset?.row;
    kg.put(kg.byId("lanes"), rows.slice(first, last).map((row, nth) => lane(row, first + nth)));
    if (focused !== undefined) kg.byId("lanes").querySelector(`[data-row="${Number(focused)}"]`)?.focus({ preventScroll: true });
  }
  function lane(row, nth) {
    const { event, actor } = row;
    const current = event ? event.id === kg.page.at.event : actor.id === kg.page.at.actor;
    const title = event ? kg.sides(event) : actor.name;
    const under = event ? `${kg.day(event.start, event.end)} · ${kg.term(event.kind)} · ${kg.term(event.status)}` : `${kg.term(actor.kind)} · ${row.events.length}`;
    const item = kg.h("div.lane", { role: "listitem", "aria-current": current ? "true" : null, "aria-setsize": rows.length, "aria-posinset": nth + 1 },
      kg.h("button", { type: "button", "data-row": nth, onclick: () => kg.go(event ? { event: event.id } : { actor: actor.id }), onkeydown: (key) => rowKeys(key, nth) },
        kg.h("b", {}, title), kg.h("span", {}, under)),
      kg.s("svg", { "aria-hidden": "true" }, kg.marks.map(([day]) => kg.s("line.grid", { x1: scale(day), x2: scale(day), y1: 0, y2: laneHeight() })), row.events.map((one) => marks(one, row.events.length === 1))));
    item.style.top = `${nth * height()}px`;
    return item;
  }
  function rowKeys(key, nth) {
    const to = { ArrowDown: nth + 1, ArrowUp: nth - 1, Home: 0, End: rows.length - 1 }[key.key];
    if (to === undefined || to < 0 || to >= rows.length) return;
    key.preventDefault();
    const box = kg.byId("timeline");
    const top = to * height();
    if (top < box.scrollTop || top + height() > box.scrollTop + box.clientHeight - 70) box.scrollTop = Math.max(0, top - box.clientHeight / 2);
    paint();
    kg.byId("lanes").querySelector(`[data-row="${to}"]`)?.focus({ preventScroll: true });
  }

  /** The days of an event in the order in which they were said: hollow while superseded, joined by arcs. */
  function marks(event, alone) {
    const y = laneHeight() / 2;
    const days = [];
    for (const moment of event.moments) {
      if (!moment.start) continue;
      const day = kg.toDay(moment.start);
      if (days.at(-1)?.day === day) days.at(-1).status = moment.status;
      else days.push({ day, status: moment.status });
    }
    const lastDay = event.from ?? days.at(-1)?.day ?? null;
    const open = () => kg.go({ event: event.id });
    if (lastDay === null) {
      const said = event.moments.at(-1)?.said;
      if (!said || !alone) return null;
      const x = Math.min(Math.max(scale(kg.toDay(said)), 0), width);
      return kg.s("g.event", { onclick: open }, kg.s("title", {}, kg.t("said_on", { day: kg.day(said) })), kg.s("line", { x1: x, x2: x, y1: y - 6, y2: y + 6, stroke: "var(--faint)", "stroke-dasharray": "2 2" }), kg.s("text", { x: x + 6, y: y + 4 }, alone ? kg.t("no_date") : ""));
    }
    const old = days.filter(({ day }) => day !== lastDay);
    const x = scale(lastDay);
    const parts = [];
    if (event.to > event.from) parts.push(kg.s("rect", { x: scale(event.from), y: y - 4, width: Math.max(2, scale(event.to) - scale(event.from)), height: 8, rx: 4, fill: `var(--${event.status})`, opacity: .35 }));
    old.forEach(({ day }, nth) => {
      const from = scale(day);
      const to = scale(old[nth + 1]?.day ?? lastDay);
      parts.push(kg.s("path", { d: `M${from} ${y - 4}Q${(from + to) / 2} ${y - 20} ${to} ${y - 5}`, fill: "none", stroke: "var(--postponed)", "stroke-width": 1.4 }));
    });
    for (const { day, status } of old) parts.push(kg.sign(status, scale(day), y, 6, true));
    if (event.status === "postponed" && alone) parts.push(kg.s("path", { d: `M${x + 7} ${y}h26`, stroke: "var(--postponed)", "stroke-width": 1.6, "stroke-dasharray": "3 3" }), kg.s("text", { x: x + 37, y: y + 4 }, "?", kg.s("title", {}, kg.t("unknown_new"))));
    parts.push(kg.sign(event.status, x, y, 6));
    return kg.s("g.event", { onclick: open }, kg.s("title", {}, `${kg.sides(event)} · ${kg.day(event.start, event.end)} · ${kg.term(event.status)}`), kg.s("rect", { x: x - 10, y: y - 12, width: 20, height: 24, fill: "transparent" }), parts);
  }

  return { start, show };
})();
