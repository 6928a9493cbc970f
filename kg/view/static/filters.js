// What is shown: one state, one pass over the events that finds what passes and counts what each choice would give.
"use strict";

kg.state = { kindsOff: new Set(), eventKindsOff: new Set(), statusesOff: new Set(), from: null, to: null, undated: true, source: -1, speaker: -1, place: "", lens: null };
const listeners = [];
kg.onChange = (listener) => listeners.push(listener);
kg.change = function (values) {
  Object.assign(kg.state, values);
  if (kg.state.lens) refreshLens();
  kg.view = select();
  for (const listener of listeners) listener(kg.view);
};

kg.prepareFilters = function () {
  const days = kg.events.flatMap((event) => (event.from === null ? [] : [event.from, event.to]));
  kg.firstDay = days.reduce((a, b) => Math.min(a, b), Infinity);
  kg.lastDay = days.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!days.length) kg.firstDay = kg.lastDay = null;
  kg.state.from = kg.firstDay;
  kg.state.to = kg.lastDay;
  if (kg.events.some((event) => event.encounter)) for (const event of kg.events) if (!event.encounter) kg.state.eventKindsOff.add(event.kind);
};

/** Which filters an event fails, as bits, without the lens. */
function failures(event) {
  const { kindsOff, eventKindsOff, statusesOff, from, to, undated, source, speaker, place } = kg.state;
  let failed = 0;
  if (statusesOff.has(event.status)) failed |= 1;
  if (eventKindsOff.has(event.kind)) failed |= 2;
  if (event.from === null ? !undated : event.to < from || event.from > to) failed |= 4;
  if (source >= 0 && !event.sources.includes(source)) failed |= 8;
  if (speaker >= 0 && !event.speakers.includes(speaker)) failed |= 16;
  if (kindsOff.size && event.who.length && !event.who.some((who) => !kindsOff.has(kg.actors[who].kind))) failed |= 32;
  if (place && event.place !== place) failed |= 64;
  return failed;
}

function select() {
  const { kindsOff, lens } = kg.state;
  const counts = { statuses: {}, eventKinds: {}, kinds: {}, sources: {}, speakers: {} };
  const add = (facet, name) => { counts[facet][name] = (counts[facet][name] || 0) + 1; };
  const events = [];
  const visible = new Uint8Array(kg.events.length);
  const actors = new Set();
  const perKind = new Set();
  for (const event of kg.events) {
    if (lens && !lens.events.has(event.index)) continue;
    const failed = failures(event);
    if (!(failed & ~1)) add("statuses", event.status);
    if (!(failed & ~2)) add("eventKinds", event.kind);
    if (!(failed & ~8)) for (const source of event.sources) add("sources", source);
    if (!(failed & ~16)) for (const speaker of event.speakers) add("speakers", speaker);
    if (!(failed & ~32)) for (const who of event.who) perKind.add(who);
    if (failed) continue;
    events.push(event);
    visible[event.index] = 1;
    for (const who of event.who) if (!kindsOff.has(kg.actors[who].kind) && (!lens || lens.actors.has(who))) actors.add(who);
  }
  for (const who of perKind) add("kinds", kg.actors[who].kind);
  return { events, visible, actors, counts, ends: (event) => event.who.filter((who) => actors.has(who)) };
}

/** Actors at most `depth` events away from `actor`, and the events between them. */
kg.around = (actor, depth) => kg.change({ lens: { type: "around", actor, depth } });
/** The shortest way from one actor to another over events that pass the filters. */
kg.pathBetween = (from, to) => kg.change({ lens: { type: "path", actor: from, to } });

function refreshLens() {
  const { lens } = kg.state;
  const passes = (event) => !failures(event);
  if (lens.type === "around") {
    const reached = walk(lens.actor, passes, lens.depth);
    lens.actors = new Set(reached.keys());
    lens.events = new Set();
    for (const who of lens.actors) for (const event of kg.actors[who].events) {
      if (passes(event) && (who === lens.actor || event.who.filter((one) => lens.actors.has(one)).length > 1)) lens.events.add(event.index);
    }
    return;
  }
  const reached = walk(lens.actor, passes, Infinity, lens.to);
  const chain = [];
  for (let who = lens.to; reached.has(who) && who !== lens.actor; who = reached.get(who)) chain.unshift(who);
  lens.chain = chain.length || lens.actor === lens.to ? [lens.actor, ...chain] : [];
  lens.actors = new Set([lens.actor, lens.to, ...chain]);
  lens.events = new Set();
  for (let nth = 1; nth < lens.chain.length; nth++) {
    for (const event of kg.actors[lens.chain[nth]].events) if (passes(event) && event.who.includes(lens.chain[nth - 1])) lens.events.add(event.index);
  }
}

/** Breadth first: actor -> the actor before it on the way from `start`. */
function walk(start, passes, depth, goal) {
  const reached = new Map([[start, start]]);
  let edge = [start];
  for (let step = 0; step < depth && edge.length && !reached.has(goal === start ? -1 : goal); step++) {
    const next = [];
    for (const who of edge) for (const event of kg.actors[who].events) {
      if (!passes(event)) continue;
      for (const other of event.who) if (!reached.has(other) && !kg.state.kindsOff.has(kg.actors[other].kind)) { reached.set(other, who); next.push(other); }
    }
    edge = next;
  }
  return reached;
}
