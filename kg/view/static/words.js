// Two languages: words of the interface, of the ontology, of countries and of days.
"use strict";

kg.words = JSON.parse(kg.byId("kg-words").textContent);
kg.lang = "bg";
const tongue = () => (kg.lang === "bg" ? 0 : 1);

/** Words of the interface, with {names} filled in. */
kg.t = function (key, values) {
  const text = kg.words[key][tongue()];
  return values ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole)) : text;
};

/** "17 статии", "1 статия", nothing for none. */
kg.count = (key, count) => (count ? kg.t(count === 1 ? `${key}_one` : key, { count: kg.number(count) }) : "");

/** The words of an ontology term: a kind, role or status by its local name. */
kg.term = function (name) {
  const words = kg.data.labels[name] || kg.data.labels[name[0].toUpperCase() + name.slice(1)];
  return words ? words[tongue()] : name;
};

kg.capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
kg.number = (value) => new Intl.NumberFormat(kg.lang).format(value);

kg.country = function (code) {
  try { return new Intl.DisplayNames([kg.lang], { type: "region" }).of(code); } catch { return code; }
};
kg.flag = (code) => (/^[A-Z]{2}$/.test(code) ? String.fromCodePoint(...[...code].map((letter) => 0x1f1a5 + letter.codePointAt(0))) : "");

/** ISO day -> days since 1970, and back. */
kg.toDay = (iso) => Math.round(Date.parse(`${iso}T00:00:00Z`) / 864e5);
kg.fromDay = (day) => new Date(day * 864e5).toISOString().slice(0, 10);

const formats = {};
function format(style) {
  const locale = kg.lang === "bg" ? "bg-BG" : "en-GB";
  return (formats[locale + JSON.stringify(style)] ||= new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...style }));
}
/** "12 март 2025", or "24–26 октомври 2025" for several days. */
kg.day = function (start, end) {
  if (!start) return kg.t("no_date");
  const style = format({ day: "numeric", month: "short", year: "numeric" });
  const text = end && end !== start ? style.formatRange(new Date(start), new Date(end)) : style.format(new Date(start));
  return text.replace(/ ?г\.$/, "");
};
kg.dayShort = (start) => format({ day: "numeric", month: "short" }).format(new Date(start));
kg.tick = (day, style) => format(style).format(new Date(day * 864e5)).replace(/ ?г\.$/, "");

/** Give every element with data-t its words. */
kg.translate = function () {
  document.documentElement.lang = kg.lang;
  document.title = kg.t("title");
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = kg.t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", kg.t(element.dataset.tLabel));
    if (element.matches("button")) element.title = kg.t(element.dataset.tLabel);
  }
  for (const element of document.querySelectorAll("[data-t-hint]")) element.placeholder = kg.t(element.dataset.tHint);
};
