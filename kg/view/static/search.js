// Names are found whether typed in Cyrillic or in Latin, by the official transliteration or as English newspapers spell them.
"use strict";

const ALIKE = [[/sch|sht/g, "sh"], [/tch|tsch/g, "ch"], [/zh|dzh|j(?=[aeiou])/g, "zh"], [/ph/g, "f"], [/ck|c(?![hy])|q/g, "k"], [/x/g, "ks"],
  [/w/g, "v"], [/kh/g, "h"], [/th/g, "t"], [/[yj]/g, "i"], [/(.)\1+/g, "$1"]];

/** A name in plain Latin letters, in which spellings that sound alike are alike. */
kg.fold = function (text) {
  let folded = text.toLowerCase().normalize("NFD").replace(/\u0438\u0306/g, "\u0439").replace(/[\u0300-\u036f]/g, "");
  folded = folded.replace(/[\u0400-\u04ff]/g, (letter) => kg.words.letters[letter] ?? letter).replace(/^u(?=[aeiou])|(?<=[\s-])u(?=[aeiou])/g, "v");
  for (const [pattern, plain] of ALIKE) folded = folded.replace(pattern, plain);
  return folded;
};
/** Only the consonants, which survive most ways of spelling a foreign name: Trump and Тръмп are both "trmp". */
const skeleton = (folded) => folded.replace(/[aeiouh]/g, "").replace(/[^a-z0-9 ]/g, "");

kg.prepareSearch = function () {
  kg.index = [
    ...kg.actors.map((actor) => entry("actor", actor, actor.events.length, [actor.name, ...actor.names], actor.offices)),
    ...kg.documents.filter((document) => document.title).map((document) => entry("article", document, -1, [document.title])),
  ];
  const places = new Map();
  for (const event of kg.events) if (event.place) places.set(event.place, (places.get(event.place) || 0) + 1);
  for (const [place, count] of places) kg.index.push(entry("place", { name: place }, count, [place]));
};

function entry(type, thing, weight, names, beside = []) {
  const key = " " + names.map(kg.fold).join(" ");
  return { type, thing, weight, key, beside: " " + beside.map(kg.fold).join(" "), bones: type === "actor" ? " " + skeleton(key).trim() : "" };
}

/** The best `limit` entries for what is typed: starts of words first, then inner parts and offices, then names that sound alike. */
kg.search = function (typed, limit = 12, only) {
  const wanted = kg.fold(typed).trim();
  if (!wanted) return [];
  const bones = skeleton(wanted);
  const hits = [];
  for (const item of kg.index) {
    if (only && item.type !== only) continue;
    const rank = item.key.includes(" " + wanted) ? 0 : wanted.length > 2 && (item.key.includes(wanted) || item.beside.includes(wanted)) ? 1
      : bones.length > 2 && item.bones.includes(" " + bones) ? 2 : -1;
    if (rank >= 0) hits.push({ ...item, rank });
  }
  return hits.sort((a, b) => a.rank - b.rank || b.weight - a.weight).slice(0, limit);
};

/** Make an input and a list a combobox; `pick` gets the chosen entry. */
kg.combobox = function (input, list, pick, only) {
  let hits = [];
  let at = -1;
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); at = -1; };
  const choose = (hit) => { if (!hit) return; input.value = ""; close(); pick(hit); };
  const mark = (to) => {
    at = to;
    [...list.children].forEach((item, nth) => item.setAttribute("aria-selected", String(nth === at)));
    if (list.children[at]) { input.setAttribute("aria-activedescendant", list.children[at].id); list.children[at].scrollIntoView({ block: "nearest" }); }
  };
  const show = () => {
    hits = kg.search(input.value, 12, only);
    if (!input.value.trim()) return close();
    kg.put(list, hits.length ? hits.map((hit, nth) => option(list.id, hit, nth, choose)) : kg.h("li.quiet", { role: "option", "aria-selected": "false", "aria-disabled": "true" }, kg.t("none_found")));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (hits.length) mark(0);
  };
  input.addEventListener("input", show);
  input.addEventListener("focus", () => input.value && show());
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (key) => {
    if (key.key === "Escape") { input.value = ""; close(); }
    else if (key.key === "Enter") { key.preventDefault(); choose(hits[at]); }
    else if ((key.key === "ArrowDown" || key.key === "ArrowUp") && hits.length) {
      key.preventDefault();
      mark((at + (key.key === "ArrowDown" ? 1 : -1) + hits.length) % hits.length);
    }
  });
};

function option(list, hit, nth, choose) {
  const { type, thing } = hit;
  const what = type === "actor" ? kg.term(thing.kind) : type === "place" ? kg.t("place").toLowerCase() : kg.t("article").toLowerCase();
  const side = type === "article" ? `${thing.published ? kg.day(thing.published) : what}` : `${what} · ${hit.weight}`;
  return kg.h("li", { id: `${list}-${nth}`, role: "option", "aria-selected": "false", onmousedown: (press) => { press.preventDefault(); choose(hit); } },
    type === "actor" ? kg.shape(thing.kind) : kg.h("span", { "aria-hidden": "true" }, type === "place" ? "⌖" : "¶"),
    kg.h("span", {}, thing.name || thing.title, thing.country ? ` ${kg.flag(thing.country)}` : ""),
    kg.h("span.what", {}, side));
}
