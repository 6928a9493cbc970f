// The page as a whole: views, language, theme, filters on screen, and the address, which alone says what is open.
"use strict";

kg.page = { view: "graph", at: {} };
const VIEWS = ["graph", "timeline", "table"];

/** Open an actor, an event or an article (or nothing) by changing the address; Back and mailed links then just work. */
kg.go = function (to) {
  const address = new URLSearchParams();
  if (kg.page.view !== "graph") address.set("view", kg.page.view);
  if (kg.lang !== "bg") address.set("lang", kg.lang);
  for (const [name, value] of Object.entries(to)) if (value !== undefined) address.set(name, value);
  const hash = `#${address}`;
  if (hash === location.hash || (hash === "#" && !location.hash)) follow();
  else location.hash = hash;
};
kg.say = (text) => { kg.byId("said").textContent = text; };
kg.focusPanel = () => kg.byId("panel").querySelector("h2")?.focus();

function follow() {
  const address = new URLSearchParams(location.hash.slice(1));
  const lang = address.get("lang");
  if (lang && lang !== kg.lang && ["bg", "en"].includes(lang)) speak(lang);
  const view = VIEWS.includes(address.get("view")) ? address.get("view") : "graph";
  const moved = view !== kg.page.view;
  kg.page.view = view;
  kg.page.at = {};
  for (const name of ["actor", "event", "article"]) if (address.has(name)) kg.page.at[name] = address.get(name);
  const found = { actor: kg.byActor.get(address.get("actor")), event: kg.byEvent.get(address.get("event")), article: kg.byDocument.get(address.get("article")) };
  if (address.has("at")) found.start = address.get("at");
  if (moved) turnTo(view);
  if (found.event && !kg.view.visible[found.event.index]) admit(found.event);
  kg.graph.mark(found);
  if (view === "graph") kg.graph.reveal(found);
  kg.timeline.show(kg.view);
  kg.table.show(kg.view);
  kg.panel.show(found);
}
/** An event that a link names is shown even if its kind is filtered out at the start. */
function admit(event) {
  kg.state.eventKindsOff.delete(event.kind);
  kg.state.statusesOff.delete(event.status);
  kg.change({ lens: null, source: -1, speaker: -1, place: "", undated: true, from: kg.firstDay, to: kg.lastDay });
}

let ready = false; // whether the frame of the page has been painted, so that the picture may take its time
function turnTo(view) {
  for (const name of VIEWS) {
    kg.byId(`tab-${name}`).setAttribute("aria-selected", String(name === view));
    kg.byId(`tab-${name}`).tabIndex = name === view ? 0 : -1;
    kg.byId(name).hidden = name !== view;
  }
  if (view === "graph" && ready) kg.graph.open();
}

function prepareTabs() {
  for (const name of VIEWS) {
    const tab = kg.byId(`tab-${name}`);
    tab.addEventListener("click", () => { kg.page.view = name; turnTo(name); kg.go(kg.page.at); });
    tab.addEventListener("keydown", (key) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[key.key];
      if (!by) return;
      const next = kg.byId(`tab-${VIEWS[(VIEWS.indexOf(name) + by + VIEWS.length) % VIEWS.length]}`);
      next.click();
      next.focus();
    });
  }
}

// ---- Filters on screen: the legend is made of them ----
function choice(container, picture, off, key, words) {
  const box = kg.h("input", { type: "checkbox", "data-key": key, onchange: () => { box.checked ? off.delete(key) : off.add(key); kg.change({}); } });
  box.checked = !off.has(key);
  container.append(kg.h(picture ? "label.choice" : "label.choice.plain", { "data-count": key }, box, picture, kg.h("span.name", {}, kg.capital(words)), kg.h("span.count", {})));
}
function drawFilters() {
  const { data, state } = kg;
  for (const id of ["statuses", "kinds", "encounter-kinds", "act-kinds"]) kg.put(kg.byId(id));
  const used = new Set(kg.events.map((event) => event.status));
  for (const status of data.statuses) if (used.has(status)) choice(kg.byId("statuses"), kg.line(status), state.statusesOff, status, kg.term(status));
  const present = new Set(kg.events.flatMap((event) => event.who.map((who) => kg.actors[who].kind)));
  for (const kind of data.kinds) if (present.has(kind)) choice(kg.byId("kinds"), kg.shape(kind), state.kindsOff, kind, kg.term(kind));
  const kinds = new Map(kg.events.map((event) => [event.kind, event.encounter]));
  for (const [kind, encounter] of [...kinds].sort(([a], [b]) => kg.term(a).localeCompare(kg.term(b), kg.lang))) {
    choice(kg.byId(encounter ? "encounter-kinds" : "act-kinds"), null, state.eventKindsOff, kind, kg.term(kind));
  }
  kg.byId("encounter-title").hidden = !kg.byId("encounter-kinds").children.length;
  kg.byId("act-title").hidden = !kg.byId("act-kinds").children.length;
}
function fillSelect(select, names, counts, any, chosen) {
  const options = [...names].filter(([key]) => counts[key] || key === chosen).sort(([a], [b]) => (counts[b] || 0) - (counts[a] || 0)).map(([key, name]) => kg.h("option", { value: key }, `${name} (${counts[key] || 0})`));
  kg.put(select, kg.h("option", { value: -1 }, any), options);
  select.value = String(chosen);
}
function count(view) {
  const facets = { ...view.counts.statuses, ...view.counts.eventKinds, ...view.counts.kinds };
  for (const label of document.querySelectorAll("[data-count]")) {
    const number = facets[label.dataset.count] || 0;
    label.querySelector(".count").textContent = kg.number(number);
    label.classList.toggle("empty", !number);
    label.querySelector("input").checked = ![kg.state.kindsOff, kg.state.eventKindsOff, kg.state.statusesOff].some((off) => off.has(label.dataset.count));
  }
  fillSelect(kg.byId("source"), kg.data.sources.map((name, nth) => [nth, name]), view.counts.sources, kg.t("any_source"), kg.state.source);
  const speakers = new Set([...Object.keys(view.counts.speakers).map(Number), ...(kg.state.speaker >= 0 ? [kg.state.speaker] : [])]);
  fillSelect(kg.byId("speaker"), [...speakers].map((who) => [who, kg.actors[who].name]), view.counts.speakers, kg.t("any_speaker"), kg.state.speaker);
  kg.byId("tally").textContent = kg.t("shown", { actors: kg.number(view.actors.size), all_actors: kg.number(kg.busyActors), events: kg.number(view.events.length), all_events: kg.number(kg.events.length) });
}
function prepareFilterControls() {
  kg.byId("source").addEventListener("change", (event) => kg.change({ source: Number(event.target.value) }));
  kg.byId("speaker").addEventListener("change", (event) => kg.change({ speaker: Number(event.target.value) }));
  kg.byId("reset").addEventListener("click", () => {
    for (const off of [kg.state.kindsOff, kg.state.eventKindsOff, kg.state.statusesOff]) off.clear();
    kg.change({ from: kg.firstDay, to: kg.lastDay, undated: true, source: -1, speaker: -1, place: "", lens: null });
  });
}

// ---- The period ----
function prepareRange() {
  kg.byId("range").hidden = kg.firstDay === null || kg.firstDay === kg.lastDay;
  const [low, high] = [kg.byId("from"), kg.byId("to")];
  for (const slider of [low, high]) { slider.min = kg.firstDay; slider.max = kg.lastDay; }
  let waiting = 0;
  const moved = (event) => {
    if (Number(low.value) > Number(high.value)) (event.target === low ? low : high).value = event.target === low ? high.value : low.value;
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => kg.change({ from: Number(low.value), to: Number(high.value) }));
  };
  low.addEventListener("input", moved);
  high.addEventListener("input", moved);
  kg.byId("undated").addEventListener("change", (event) => kg.change({ undated: event.target.checked }));
  const bins = new Array(60).fill(0);
  const binOf = (day) => Math.min(59, Math.floor(((day - kg.firstDay) / (kg.lastDay - kg.firstDay + 1)) * 60));
  for (const event of kg.events) if (event.from !== null) bins[binOf(event.from)]++;
  const most = Math.max(...bins, 1);
  kg.put(kg.byId("bars"), bins.map((size, nth) => kg.s("rect.bar", { x: nth * 10 + 1, width: 8, y: 34 - (size ? 3 + (31 * size) / most : 0), height: size ? 3 + (31 * size) / most : 0, rx: 1.5 })));
  kg.binOf = binOf;
}
function showRange() {
  const { from, to, undated } = kg.state;
  if (kg.firstDay === null) return;
  kg.byId("from").value = from;
  kg.byId("to").value = to;
  kg.byId("undated").checked = undated;
  for (const [id, day] of [["from", from], ["to", to]]) {
    kg.byId(`${id}-day`).textContent = kg.day(kg.fromDay(day));
    kg.byId(id).setAttribute("aria-valuetext", kg.day(kg.fromDay(day)));
  }
  [...kg.byId("bars").children].forEach((bar, nth) => bar.classList.toggle("in", nth >= kg.binOf(from) && nth <= kg.binOf(to)));
}

// ---- Around an actor, or a path ----
function showLens() {
  const { lens, place } = kg.state;
  const box = kg.byId("lens");
  box.hidden = !lens && !place;
  if (box.hidden) return;
  const close = kg.h("button.icon", { type: "button", "aria-label": kg.t("close"), onclick: () => { kg.change({ lens: null, place: "" }); kg.graph.fit(); refreshPanel(); } }, "✕");
  if (!lens) return kg.put(box, kg.h("span", {}, `${kg.t("place")}: ${place}`), close);
  const name = kg.actors[lens.actor].name;
  if (lens.type === "path") {
    const text = lens.chain.length ? kg.t("path", { from: name, to: kg.actors[lens.to].name }) : kg.t("no_path");
    return kg.put(box, kg.h("span", {}, text, lens.chain.length > 2 ? kg.h("span.quiet", {}, ` · ${lens.chain.slice(1, -1).map((who) => kg.actors[who].name).join(" → ")}`) : null), close);
  }
  kg.put(box, kg.h("span", {}, kg.t("around_of", { name })), kg.h("span.only-heard", {}, kg.t("depth")),
    [1, 2, 3].map((depth) => kg.h("button.button", { type: "button", "aria-label": `${kg.t("depth")} ${depth}`, "aria-pressed": String(depth === lens.depth), onclick: () => { kg.around(lens.actor, depth); kg.graph.fit(); } }, depth)), close);
}
const refreshPanel = () => kg.panel.show({ actor: kg.byActor.get(kg.page.at.actor), event: kg.byEvent.get(kg.page.at.event), article: kg.byDocument.get(kg.page.at.article) });

// ---- Language and theme ----
function speak(lang) {
  kg.lang = lang;
  kg.remember("lang", lang);
  kg.translate();
  drawFilters();
  const days = kg.documents.map((document) => document.published).filter(Boolean).sort();
  const period = days.length ? (days[0] === days.at(-1) ? kg.day(days[0]) : `${kg.day(days[0])} – ${kg.day(days.at(-1))}`) : "";
  const parts = [kg.count("article_count", kg.documents.length), kg.count("source_count", kg.data.sources.length), period];
  kg.byId("corpus").textContent = parts.filter(Boolean).join(" · ");
  const shown = kg.actors.filter((actor) => actor.core).length;
  kg.byId("core-note").hidden = shown >= kg.busyActors;
  kg.byId("core-note").textContent = kg.t("core_note", { core: kg.number(shown), all: kg.number(kg.busyActors) });
  if (kg.view) kg.change({});
}
function wear(theme) {
  document.documentElement.dataset.theme = theme;
  kg.remember("theme", theme);
}

function start() {
  wear(kg.remember("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  kg.load();
  kg.busyActors = kg.actors.filter((actor) => actor.at.length).length;
  kg.prepareFilters();
  kg.prepareSearch();
  prepareTabs();
  prepareFilterControls();
  prepareRange();
  kg.change({});
  speak(new URLSearchParams(location.hash.slice(1)).get("lang") || kg.remember("lang") || "bg");
  kg.timeline.start();
  kg.table.start();
  kg.onChange(count);
  kg.onChange(showRange);
  kg.onChange(showLens);
  kg.onChange((view) => kg.graph.show(view));
  kg.onChange((view) => kg.timeline.show(view));
  kg.onChange((view) => kg.table.show(view));
  kg.onChange(refreshPanel);
  kg.change({});

  kg.combobox(kg.byId("find"), kg.byId("found"), ({ type, thing }) => {
    if (type === "place") { kg.change({ place: thing.name }); kg.graph.fit(); }
    else kg.go({ [type]: thing.id });
  });
  kg.byId("language").addEventListener("click", () => { speak(kg.lang === "bg" ? "en" : "bg"); kg.go(kg.page.at); });
  kg.byId("theme").addEventListener("click", () => { wear(document.documentElement.dataset.theme === "dark" ? "light" : "dark"); kg.graph.restyle(); });
  for (const button of document.querySelectorAll("[data-draw]")) {
    button.addEventListener("click", () => {
      for (const other of document.querySelectorAll("[data-draw]")) other.setAttribute("aria-pressed", String(other === button));
      kg.graph.draw(button.dataset.draw);
    });
  }
  kg.byId("zoom-in").addEventListener("click", () => kg.graph.zoom(1.3));
  kg.byId("zoom-out").addEventListener("click", () => kg.graph.zoom(1 / 1.3));
  kg.byId("fit").addEventListener("click", () => kg.graph.fit());
  kg.byId("physics").addEventListener("click", ({ currentTarget }) => {
    const on = currentTarget.getAttribute("aria-pressed") !== "true";
    currentTarget.setAttribute("aria-pressed", String(on));
    kg.graph.physics(on);
  });
  kg.byId("open-side").addEventListener("click", () => { kg.byId("side").classList.add("open"); kg.byId("close-side").focus(); });
  kg.byId("close-side").addEventListener("click", () => { kg.byId("side").classList.remove("open"); kg.byId("open-side").focus(); });
  addEventListener("keydown", (key) => {
    if (key.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) { key.preventDefault(); kg.byId("find").focus(); }
    if (key.key === "Escape") kg.byId("side").classList.remove("open");
  });
  addEventListener("hashchange", follow);
  let worn;
  addEventListener("beforeprint", () => {
    worn = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light"; // the picture is drawn for paper
    kg.graph.restyle();
    kg.timeline.show(kg.view);
  });
  addEventListener("afterprint", () => { wear(worn); kg.graph.restyle(); });
  follow();
  requestAnimationFrame(() => setTimeout(finish));
}
/** The picture comes after the frame: the search and the panel answer at once, however large the graph is. */
function finish() {
  ready = true;
  performance.mark("kg-frame");
  if (kg.page.view === "graph") {
    kg.graph.open();
    follow();
  }
  performance.mark("kg-ready");
}
start();
