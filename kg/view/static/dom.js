// The page's own small vocabulary. Text from sources only ever becomes text: nothing here parses HTML.
"use strict";
const kg = {};

/** An element: kg.h("button.entry", {type: "button", onclick: f}, "text", child, [more]). Functions become listeners. */
kg.h = function (what, attributes, ...children) {
  const [tag, ...classes] = what.split(".");
  return kg.fill(document.createElement(tag), classes, attributes, children);
};

/** The same for SVG. */
kg.s = function (what, attributes, ...children) {
  const [tag, ...classes] = what.split(".");
  return kg.fill(document.createElementNS("http://www.w3.org/2000/svg", tag), classes, attributes, children);
};

kg.fill = function (element, classes, attributes, children) {
  if (classes.length) element.setAttribute("class", classes.join(" "));
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "href") { if (kg.safe(value)) element.setAttribute("href", value); }
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
};

/** Whether an address may become a link: http, https, a place in this page, or a page of the same site. */
kg.safe = function (address) {
  if (/^(#|[\w-]+(\/[\w.%-]+)*\.html(#[\w-]*)?$)/.test(address)) return true;
  try { return ["http:", "https:"].includes(new URL(address).protocol); } catch { return false; }
};

kg.byId = (id) => document.getElementById(id);
kg.put = (element, ...children) => { element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== false)); return element; };
kg.colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
kg.narrow = () => matchMedia("(max-width: 900px)").matches;
kg.remember = function (name, value) {
  try { // some browsers refuse storage to a file that was mailed
    if (value !== undefined) localStorage.setItem(`kg.${name}`, value);
    return localStorage.getItem(`kg.${name}`);
  } catch { return null; }
};
