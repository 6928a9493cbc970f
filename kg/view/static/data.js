// The columns of the page's data as objects that know each other.
"use strict";

kg.read = (id) => JSON.parse(kg.byId(id).textContent);

const LISTS = new Set(["names", "offices", "at", "who", "roles", "sources", "speakers", "moments", "trigger", "marks", "when", "said", "speaker", "media"]);

/** Columns -> objects. An empty column stands for one of empty values. */
kg.rows = function (columns) {
  const names = Object.keys(columns).filter((name) => name !== "length");
  const rows = new Array(columns.length);
  for (let nth = 0; nth < columns.length; nth++) {
    const row = { index: nth };
    for (const name of names) row[name] = columns[name].length ? columns[name][nth] : LISTS.has(name) ? [] : "";
    rows[nth] = row;
  }
  return rows;
};

kg.load = function () {
  const data = kg.read("kg-data");
  kg.data = data;
  kg.actors = kg.rows(data.actors);
  kg.events = kg.rows(data.events);
  kg.documents = kg.rows(data.documents);
  kg.byActor = new Map(kg.actors.map((actor) => [actor.id, actor]));
  kg.byEvent = new Map(kg.events.map((event) => [event.id, event]));
  kg.byDocument = new Map(kg.documents.map((document) => [document.id, document]));
  for (const actor of kg.actors) actor.events = [];
  for (const event of kg.events) {
    event.moments = event.moments.map(([said, status, start, end, inferred]) => ({ said, status, start, end, inferred }));
    event.from = event.start ? kg.toDay(event.start) : null;
    event.to = event.end ? kg.toDay(event.end) : event.from;
    for (const who of event.who) kg.actors[who].events.push(event);
  }
};

/** The evidence, read when first asked for: {claimsOf(event), claims, statements, sentences}. A promise. */
kg.evidence = function () {
  return (kg.evidenceRead ||= readEvidence());
};

async function readEvidence() {
  const element = kg.byId("kg-evidence");
  let text = element.textContent;
  if (element.dataset.encoding === "gzip") {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  }
  const columns = JSON.parse(text);
  const evidence = { claims: kg.rows(columns.claims), statements: kg.rows(columns.statements), sentences: kg.rows(columns.sentences) };
  evidence.byEvent = group(evidence.claims, (claim) => claim.event);
  evidence.bySpeaker = group(evidence.statements, (statement) => (statement.speaker ? statement.speaker[1] : undefined));
  const place = (thing) => evidence.sentences[thing.sentence];
  evidence.claimsIn = group(evidence.claims, (claim) => place(claim).document);
  const order = (a, b) => published(place(a)).localeCompare(published(place(b))) || place(a).start - place(b).start;
  for (const claims of evidence.byEvent.values()) claims.sort(order);
  return evidence;
}

const published = (sentence) => kg.documents[sentence.document].published;

function group(things, key) {
  const groups = new Map();
  for (const thing of things) {
    const name = key(thing);
    if (name === undefined) continue;
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(thing);
  }
  return groups;
}

/** "Ана Вечерин – Ерик Норберг", and "+3" for more than three. */
kg.sides = function (event, without) {
  const others = event.who.filter((who) => who !== without).map((who) => kg.actors[who].name);
  if (!others.length) return kg.capital(kg.term(event.kind));
  return others.length > 3 ? `${others.slice(0, 3).join(" – ")} +${others.length - 3}` : others.join(" – ");
};

/** Events by day, undated last. */
kg.byDay = (a, b) => (a.from ?? 1e9) - (b.from ?? 1e9) || a.index - b.index;
